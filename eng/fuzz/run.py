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
    texts = [input_text(r) for r in roots]
    mine = engines.ask_mainstay(texts)
    theirs = engines.ask_reference(texts)
    return [(a, difference(a, b)) for a, b in zip(theirs, mine)]


def explain(engines, root, found):
    """Names of the classes that together explain a difference, or None; a class that needs one of its places only is marked by "!".

    First each class by itself, then those that lessen the difference most, one after the other; at last all together, without those that
    are not needed.
    """
    if size(found, root) == 0:
        return [differences.NUMBERS.name]
    tried = [x for x in map(functools.partial(rewritten, root), differences.RULES) if x[1]]
    results = compare(engines, [tree for _, _, tree in tried])
    for is_exact in (True, False):
        for (rule, places, tree), (answer, after) in zip(tried, results):
            if answer.state == OK and (after is None or not is_exact and size(after, tree) == 0):
                return marked(engines, root, rule, places) + ([] if after is None else [differences.NUMBERS.name])
    rules = [rule for rule, _, _ in tried]
    return one_by_one(engines, root, found, rules) or all_at_once(engines, root, rules)


def rewritten(root, rule):
    """(class, number of places, tree with all of them rewritten)."""
    changed = copy.deepcopy(root)
    return rule, differences.rewrite(rule, changed), changed


def marked(engines, root, rule, places):
    """The name of a class, marked if one place alone explains the difference."""
    if places == 1:
        return [rule.name + "!"]
    trees = [copy.deepcopy(root) for _ in range(places)]
    for number, tree in enumerate(trees):
        differences.rewrite(rule, tree, number)
    explained = any(answer.state == OK and (after is None or size(after, tree) == 0)
                    for tree, (answer, after) in zip(trees, compare(engines, trees)))
    return [rule.name + ("!" if explained else "")]


def one_by_one(engines, root, found, rules):
    tree, names, left = root, [], size(found, root)
    while True:
        tried = [x for x in map(functools.partial(rewritten, tree), rules) if x[1] and x[0].name not in names]
        best = None
        for (rule, _, changed), (answer, after) in zip(tried, compare(engines, [t for _, _, t in tried])):
            rest = 0 if after is None else size(after, changed)
            if answer.state == OK and (best is None or rest < best[0]):
                best = rest, rule, changed, after
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
        (answer, after), = compare(engines, [tree])
        return answer.state == OK and (after is None or size(after, tree) == 0)
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
            for seed, root, (answer, found) in zip(chunk, roots, compare(engines, roots)):
                names = explain(engines, root, found) if found else None
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
    numbers = collections.Counter(name for names in result.explained.values() for name in names)
    lines = []
    for rule in differences.RULES:
        lines.append(f"| `{rule.name}` | {numbers[rule.name]} | {rule.section} | {' '.join(rule.text.split())} |")
        print(f"{numbers[rule.name]:6} {rule.name}")
    if not path:
        return
    with open(path, encoding="utf-8") as f:
        text = f.read()
    begin, end = "<!-- fuzz:begin (generated) -->\n", "<!-- fuzz:end -->"
    figures = [result.summary() + ".", "", "| Class | Inputs | Rule | Difference and rewriting |", "|---|---:|---|---|", *lines, "",
               "Unexplained: " + (", ".join(map(str, sorted(result.unexplained))) or "none") + ".", ""]
    text = text[:text.index(begin) + len(begin)] + "\n".join(figures) + text[text.index(end):]
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def store(engines, folder, seed, root, found, seconds):
    small = shrink(engines, root, set(found[0] + found[1]), seconds)
    ET.indent(small)
    path = os.path.join(folder, f"{seed}.xml")
    ET.ElementTree(small).write(path, encoding="utf-8")
    _, left = compare(engines, [small])[0]
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
