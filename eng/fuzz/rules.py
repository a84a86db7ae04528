"""What a class of difference is, and how its rewriting is applied (see differences.py)."""

import collections

from tree import anonymous

Rule = collections.namedtuple("Rule", "name section text places")
RULES = []
NUMBERS = Rule("instance-numbers", "scheduler-placement.md 9.3.1, 9.4.1", """
Instances of an anonymous clone are interchangeable: which number runs on a node is no decision, and follows from the order in which nodes
are taken. Not rewritten: the decisions are the same without the numbers.""", None)


def rule(name, section, text):
    """Registers a class: a function that lists the places of a tree it would rewrite. Without text: another rewriting of the one before."""
    def register(function):
        RULES.append(Rule(name, section, text, function))
        return function
    return register


def rewrite(one, root, only=None):
    """Rewrites all places of a class, or only one; returns how many there are."""
    places = list(one.places(root))
    for number, change in enumerate(places):
        if only is None or number == only:
            change()
    return len(places)


def without_numbers(decisions, root):
    """Decisions without the numbers of instances that are interchangeable."""
    names, plain = anonymous(root), collections.Counter()
    for text in decisions:
        kind, key, rest = text.split(" ", 2)
        head, colon, tail = key.partition(":")
        if colon and head in names:
            key = head + "_" + tail.partition("_")[2]
        plain[f"{kind} {key} {rest}"] += 1
    return plain
