"""Classes of difference in the order in which resources and instances are placed."""

import collections

from rules import rule
from tree import COLLECTIVES, INFINITE, Colocations, Resources, base_name, constraints, meta, parents, set_value, sub, value


@rule("mandatory-before-optional", "scheduler-placement.md 9.2 (4), 16 (1)", text="""
What mandatory colocations say about a resource is taken into account before what optional ones do (each may be given up if it leaves no
node); 2.1.5 follows the order of the others' priorities. Rewritten: those of mandatory colocations have a higher priority.""")
def mandatory_first(root):
    colocations = Colocations(Resources(root))
    optional = [p for p in colocations.pairs if p.score not in INFINITE]
    led = {colocations.top(p.primary) for p in optional} | set(root.iterfind("configuration/resources/bundle"))
    leading = {colocations.top(p.dependent) for p in optional}
    raised = {}
    for pair in colocations.pairs:
        dependent, primary = colocations.top(pair.dependent), colocations.top(pair.primary)
        if pair.score in INFINITE and primary in led:
            raised[dependent] = "2000"
        if pair.score in INFINITE and dependent in leading:
            raised.setdefault(primary, "1000")
    for top, priority in raised.items():
        yield lambda top=top, priority=priority: set_value(top, "meta_attributes", "priority", priority)


@rule("instances-stay", "scheduler-placement.md 9.4.2 (E16)", text="""
An instance of a clone stays where it is if its node would get an instance anyway; 2.1.5 may shuffle instances when another node is
better, or stop one that cannot stay and start another instead. Rewritten: the clone sticks to its nodes more than to any promotion score,
or the instance is not known to run there.""")
def instances_stay(root):
    for clone in root.iterfind("configuration/resources//clone"):
        yield lambda clone=clone: _stick(root, clone)


def _stick(root, clone):
    set_value(clone, "meta_attributes", "resource-stickiness", "INFINITY")
    names = promotion_names(clone)
    for inner in clone.iter():
        if inner.tag in COLLECTIVES and inner is not clone:
            if meta(inner, "resource-stickiness") is not None:
                set_value(inner, "meta_attributes", "resource-stickiness", "INFINITY")
    for pair in root.iterfind("status/node_state/transient_attributes/instance_attributes/nvpair"):
        if base_name(pair.get("name")) in names and pair.get("value") == "INFINITY":
            pair.set("value", "1000")


def promotion_names(clone):
    return {"master-" + inner.get("id") for inner in clone.iter("primitive")}


@rule("instances-stay", "", text="")
def instances_unknown(root):
    up, anywhere = parents(root), root.iterfind("configuration/resources//clone")
    names = {p.get("id") for clone in anywhere for p in clone.findall("primitive")}
    for history in root.iterfind("status/node_state/lrm/lrm_resources/lrm_resource"):
        if base_name(history.get("id")) in names:
            yield lambda history=history: up[history].remove(history)


@rule("surplus-instance-with-promotion-score", "scheduler-placement.md 9.4 (2), 9.4.2 (pass 1)", text="""
An instance beyond `clone-max` that has a promotion score is tried first, in vain, and left alone: what recurs there is as it was (and runs
again if the node is a remote one that restarts); in 2.1.5 it ends. Rewritten: it has no promotion score there.""")
def surplus_instance(root):
    for clone in root.iterfind("configuration/resources/clone"):
        limit, names = meta(clone, "clone-max"), {p.get("id") for p in clone.findall("primitive")}
        states = [s for s in root.iterfind("status/node_state") if names & {base_name(h.get("id")) for h in s.iter("lrm_resource")}]
        if limit is None or len(states) <= int(limit):
            continue
        for block in (b for s in states for b in s.iterfind("transient_attributes/instance_attributes")):
            for pair in block.findall("nvpair"):
                if base_name(pair.get("name")) in promotion_names(clone):
                    yield lambda block=block, pair=pair: block.remove(pair)


@rule("members-of-instance-that-could-not-stay", "scheduler-placement.md 9.4.2 (pass 1)", text="""
When an instance of a cloned group cannot stay where it is, it is tried again without the nodes that the tries gave; 2.1.5 tries once and
takes what it got. So the instance may come back to its own node; or a try gives none, and then its members keep "no node" and it stops.
Rewritten: the members have no history on that node, so that the instance has no place to stay.""")
def cloned_group(root):
    up = parents(root)
    for group in root.iterfind("configuration/resources/clone/group"):
        names = {p.get("id") for p in group.findall("primitive")}
        for state in root.iterfind("status/node_state"):
            histories = [h for h in state.iter("lrm_resource") if base_name(h.get("id")) in names]
            if histories:
                yield lambda histories=histories: [up[h].remove(h) for h in histories]


@rule("order-of-assignment", "scheduler-placement.md 9.2 (4), 9.4 (3), 9.5.2 (3), 12.4", text="""
When the primary of a colocation is placed before its dependent, in which order instances take part and when an optional colocation is
given up differ in small ways (instances that found no node come last). Rewritten: primaries have a higher priority than their
dependents.""")
def order_of_assignment(root):
    colocations, rank = Colocations(Resources(root)), collections.defaultdict(int)
    count = len(root.find("configuration/resources"))
    for _ in range(count):
        for pair in colocations.pairs:
            a, b = colocations.top(pair.dependent), colocations.top(pair.primary)
            if a is not b:
                rank[b] = max(rank[b], rank[a] + 1)
    for element, number in rank.items():
        if number and number < 2 * count:
            yield lambda element=element, number=number: set_value(element, "meta_attributes", "priority", str(1000 * number))


@rule("optional-colocation-given-up", "scheduler-placement.md 8.6 (rollback)", text="""
An optional colocation is given up if it leaves the dependent no node; which of several is depends on the order in which they are applied
(see order-of-assignment). Rewritten: the dependents have a score on all nodes that outweighs them.""")
def given_up(root):
    resources = Resources(root)
    for number, name in enumerate(sorted({p.dependent for p in Colocations(resources).pairs})):
        yield lambda number=number, name=name: _weigh(root, number, name)


def _weigh(root, number, name):
    location = sub(constraints(root), "rsc_location", 0, id=f"fuzz-all-{number}", rsc=name)
    inner = sub(location, "rule", id=f"fuzz-all-rule-{number}", score="10000")
    sub(inner, "expression", id=f"fuzz-all-e-{number}", attribute="#uname", operation="defined")
