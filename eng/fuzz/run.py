#!/usr/bin/env python3
"""Random clusters through the installed reference scheduler and through Mainstay: what runs where must be the same.

    eng/fuzz/run.py --seeds 1-20000 [--state FOLDER] [--show SEED] [--shrink SECONDS] [--again] [--report FILE]

The inputs come from ../shared/cases/fuzz_scheduler.py (all its features), one per seed. Differences that differences.py explains are
counted by class: a class rewrites the part of the input on which the two versions are known to differ, and explains the difference only
if both agree on the rewritten input. The last line is `N unexplained`; the exit status is 0 only for 0.
"""

import argparse
import collections
import copy
import functools
import json
import os
import sys
import time
import xml.etree.ElementTree as ET

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import differences  # noqa: E402
from engines import OK, ROOT, Engines, difference, input_text  # noqa: E402
from shrink import shrink  # noqa: E402

import fuzz_scheduler  # noqa: E402

CHUNK = 250


def configuration(seed):
    return fuzz_scheduler.Cib(seed, list(fuzz_scheduler.FEATURES)).text()


def features(seed):
    cib = fuzz_scheduler.Cib(seed, list(fuzz_scheduler.FEATURES))
    return sorted(cib.on)


def seeds_of(text):
    for part in text.split(","):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


def compare(engines, roots):
    """(reference, Mainstay, difference) for each tree."""
    texts = [input_text(r) for r in roots]
    mine = engines.ask_mainstay(texts)
    theirs = engines.ask_reference(texts)
    return [(a, b, difference(a, b)) for a, b in zip(theirs, mine)]


def explain(engines, root, original):
    """Names of the classes that together explain a difference, or None; "=" marks a class whose rewriting leaves one version unmoved.

    Of the classes that explain it by themselves, with all their places or one, that which moves least; then those that lessen the
    difference most, one after the other; at last all together, without those that are not needed.
    """
    if size(original[2], root) == 0:
        return [differences.NUMBERS.name]
    tried = [x for x in map(functools.partial(rewritten, root), differences.RULES) if x[1]]
    found = []
    for (rule, places, tree), result in zip(tried, compare(engines, [tree for _, _, tree in tried])):
        if agrees(result, tree):
            found.append((moved(original, result, root), rule, result))
            if found[-1][0] and places > 1:
                found += [(moved(original, r, root), rule, r) for r in one_place(engines, root, rule, places)]
    if found:
        distance, rule, result = min(found, key=lambda x: x[0])
        return [rule.name + ("" if distance else "=")] + ([differences.NUMBERS.name] if result[2] else [])
    rules = [rule for rule, _, _ in tried]
    return one_by_one(engines, root, original, rules) or all_at_once(engines, root, rules)


def rewritten(root, rule):
    """(class, number of places, tree with all of them rewritten)."""
    changed = copy.deepcopy(root)
    return rule, differences.rewrite(rule, changed), changed


def agrees(result, tree):
    return result[0].state == OK and (result[2] is None or size(result[2], tree) == 0)


def moved(before, after, root):
    """How many decisions a rewriting changed in the version that it changed less."""
    return min(size(difference(a, b) or ((), ()), root) for a, b in ((before[0], after[0]), (before[1], after[1])))


def one_place(engines, root, rule, places):
    """Results that agree when only one place of a class is rewritten."""
    trees = [copy.deepcopy(root) for _ in range(places)]
    for number, tree in enumerate(trees):
        differences.rewrite(rule, tree, number)
    return [result for tree, result in zip(trees, compare(engines, trees)) if agrees(result, tree)]


def one_by_one(engines, root, original, rules):
    tree, names, left = root, [], size(original[2], root)
    while True:
        tried = [x for x in map(functools.partial(rewritten, tree), rules) if x[1] and x[0].name not in names]
        best = None
        for (rule, _, changed), result in zip(tried, compare(engines, [t for _, _, t in tried])):
            rest = 0 if result[2] is None else size(result[2], changed)
            if result[0].state == OK and (best is None or rest < best[0]):
                best = rest, rule, changed, result[2]
        if best is None or best[0] >= left:
            return None
        left, tree = best[0], best[2]
        names.append(best[1].name)
        if left == 0:
            return names + ([] if best[3] is None else [differences.NUMBERS.name])


def all_at_once(engines, root, rules):
    """All classes together, then without each one that turns out not to be needed, those that take out much first."""
    def agree(chosen):
        tree = copy.deepcopy(root)
        for rule in chosen:
            differences.rewrite(rule, tree)
        return agrees(compare(engines, [tree])[0], tree)
    chosen = list(rules)
    if not agree(chosen):
        return None
    for rule in reversed(rules):
        rest = [r for r in chosen if r is not rule]
        if rest and agree(rest):
            chosen = rest
    return [rule.name for rule in chosen]


def size(found, root):
    """How many decisions differ, whatever the numbers of instances that are interchangeable."""
    missing, extra = (differences.without_numbers(lines, root) for lines in found)
    return sum((missing - extra).values()) + sum((extra - missing).values())


def report(seed, found, names):
    missing, extra = found
    print(f"seed {seed}: " + (", ".join(names) if names else "UNEXPLAINED"))
    for sign, lines in (("-", missing), ("+", extra)):
        for line in lines[:6]:
            print(f"    {sign} {line}")
    sys.stdout.flush()


class Result:
    """What became of each input, kept in a file of the state folder."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "result.json")
        self.counts, self.explained, self.unexplained = collections.Counter(), {}, []

    def load(self):
        with open(self.path, encoding="utf-8") as f:
            stored = json.load(f)
        self.counts = collections.Counter(stored["counts"])
        self.explained, self.unexplained = stored["explained"], stored["unexplained"]

    def save(self):
        with open(self.path, "w", encoding="utf-8") as f:
            json.dump({"counts": self.counts, "explained": self.explained, "unexplained": self.unexplained}, f, indent=1)

    def add(self, seed, answer, found, names):
        if answer.state != OK and not found:
            self.counts[answer.state] += 1
        elif found is None:
            self.counts["same"] += 1
        elif names:
            self.explained[str(seed)] = names
        else:
            self.unexplained.append(seed)

    def summary(self):
        counts = dict(self.counts, explained=len(self.explained), unexplained=len(self.unexplained))
        return f"{sum(counts.values())} inputs: " + ", ".join(f"{v} {k}" for k, v in sorted(counts.items()))


def run(options):
    os.makedirs(options.state, exist_ok=True)
    engines = Engines(options.reference, options.mainstay, os.path.join(options.state, "reference.db"))
    result = Result(options.state)
    seeds = list(seeds_of(options.seeds))
    if options.again:
        result.load()
        seeds, result.unexplained = result.unexplained, []
    started = time.monotonic()
    try:
        for at in range(0, len(seeds), CHUNK):
            chunk = seeds[at:at + CHUNK]
            roots = [configuration(s) for s in chunk]
            for seed, root, original in zip(chunk, roots, compare(engines, roots)):
                answer, _, found = original
                names = explain(engines, root, original) if found else None
                result.add(seed, answer, found, names)
                if found and (options.verbose or not names):
                    report(seed, found, names)
                if found and not names and options.shrink > 0:
                    store(engines, options.state, seed, root, found, options.shrink)
            print(f"... {time.monotonic() - started:.0f} s, {result.summary()}", flush=True)
    finally:
        engines.close()
    result.save()
    write_report(options.report, result)
    print(f"{len(result.unexplained)} unexplained")
    return 0 if not result.unexplained else 1


def write_report(path, result):
    """The page of the documentation, or only the figures on the terminal."""
    numbers = collections.Counter(name.rstrip("=") for names in result.explained.values() for name in names)
    alone = collections.Counter(names[0] for names in result.explained.values() if names[0].endswith("="))
    lines = []
    for rule in [differences.NUMBERS] + [r for r in differences.RULES if r.text]:
        text, unmoved = " ".join(rule.text.split()), alone[rule.name + "="]
        lines.append(f"| `{rule.name}` | {numbers[rule.name]} | {unmoved if rule.places else ''} | {rule.section} | {text} |")
        print(f"{numbers[rule.name]:6} {unmoved:6} {rule.name}")
    if not path:
        return
    with open(path, encoding="utf-8") as f:
        text = f.read()
    begin, end = "<!-- fuzz:begin (generated) -->\n", "<!-- fuzz:end -->"
    figures = [result.summary() + ".", "", "| Class | Inputs | One unmoved | Rule | Difference and rewriting |",
               "|---|---:|---:|---|---|", *lines, "",
               "Unexplained: " + (", ".join(map(str, sorted(result.unexplained))) or "none") + ".", ""]
    text = text[:text.index(begin) + len(begin)] + "\n".join(figures) + text[text.index(end):]
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def store(engines, folder, seed, root, found, seconds):
    small = shrink(engines, root, set(found[0] + found[1]), seconds)
    ET.indent(small)
    path = os.path.join(folder, f"{seed}.xml")
    ET.ElementTree(small).write(path, encoding="utf-8")
    left = compare(engines, [small])[0][2]
    print(f"    reduced to {sum(1 for _ in small.iter())} elements: {path}")
    if left:
        report(seed, left, None)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seeds", default="1-20000", help="for example 1-20000 or 7,9,100-200")
    parser.add_argument("--state", default=os.path.join(ROOT, "artifacts", "fuzz"), help="folder for answers of the reference and finds")
    parser.add_argument("--reference", default="crm_simulate")
    parser.add_argument("--mainstay", default=os.path.join(ROOT, "artifacts", "bin", "mainstay") + " simulate")
    parser.add_argument("--shrink", type=float, default=0, metavar="SECONDS", help="reduce each unexplained input for so long")
    parser.add_argument("--again", action="store_true", help="try only what was unexplained last time, and bring the result up to date")
    parser.add_argument("--report", metavar="FILE", help="write the figures into this page (docs/conformance-fuzz.md)")
    parser.add_argument("--show", type=int, metavar="SEED", help="print the input of a seed and stop")
    parser.add_argument("-v", "--verbose", action="store_true", help="print explained differences as well")
    options = parser.parse_args()
    if options.show is not None:
        print(input_text(configuration(options.show)))
        return 0
    return run(options)


if __name__ == "__main__":
    sys.exit(main())
