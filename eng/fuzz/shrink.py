"""Makes a differing configuration small: elements and attributes go while a part of the difference, and no other, remains."""

import copy
import time

from engines import difference, input_text

KEPT = {"cib", "configuration", "crm_config", "nodes", "resources", "constraints", "status"}
BATCH = 12


def _without(root, path):
    """A copy of the tree without the element at a path of child indexes."""
    tree = copy.deepcopy(root)
    parent = tree
    for index in path[:-1]:
        parent = parent[index]
    del parent[path[-1]]
    return tree


def _paths(root, prefix=()):
    for index, child in enumerate(root):
        if child.tag not in KEPT:
            yield sum(1 for _ in child.iter()), prefix + (index,)
        yield from _paths(child, prefix + (index,))


def _differ(engines, trees):
    texts = [input_text(t) for t in trees]
    mine = engines.ask_mainstay(texts)
    theirs = engines.ask_reference(texts)
    return [difference(a, b) for a, b in zip(theirs, mine)]


def shrink(engines, root, wanted, seconds):
    """The smallest tree found in the time whose difference has none but the wanted operations."""
    deadline = time.monotonic() + seconds
    best, again = root, True
    while again and time.monotonic() < deadline:
        again = False
        paths = [p for _, p in sorted(_paths(best), key=lambda x: (-x[0], x[1]))]
        position, size = 0, 2
        while position < len(paths) and time.monotonic() < deadline:
            chunk = paths[position:position + size]
            trees = [_without(best, p) for p in chunk]
            hit = next((n for n, d in enumerate(_differ(engines, trees)) if d and wanted >= set(d[0] + d[1])), None)
            if hit is None:
                position += len(chunk)
                size = min(BATCH, size * 2)
                continue
            removed = chunk[hit]
            best, again = trees[hit], True
            paths = [_shifted(p, removed) for p in paths if p[:len(removed)] != removed]
            position += hit
    return best


def _shifted(path, removed):
    """A path after the removal of another element."""
    depth = len(removed) - 1
    if len(path) > depth and path[:depth] == removed[:depth] and path[depth] > removed[depth]:
        return path[:depth] + (path[depth] - 1,) + path[depth + 1:]
    return path
