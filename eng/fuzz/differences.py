"""Known classes of difference between the installed reference (Pacemaker 2.1.5) and Mainstay, which decides as version 3.0 does.

A class names the rule (a section of the specification) and rewrites the input so that the versions must agree if that rule, and nothing
else, made the difference: it says explicitly what 3.0 does implicitly, or removes the circumstance under which the rule matters.
"""

import collections
import re

Rule = collections.namedtuple("Rule", "name section text rewrite")
RULES = []


def rule(name, section, text):
    """Registers a rewriting: a function that changes a tree and returns whether it found anything to change."""
    def register(function):
        RULES.append(Rule(name, section, text, function))
        return function
    return register


# ------------------------------------------------------------------ the tree

def parents(root):
    return {child: parent for parent in root.iter() for child in parent}


def sub(parent, tag, index=None, **attributes):
    element = parent.makeelement(tag, attributes)
    if index is None:
        parent.append(element)
    else:
        parent.insert(index, element)
    return element


def set_value(owner, block, name, value):
    """Sets a name-value pair in the first block of a kind, made if missing; returns whether it was another value before."""
    container = owner.find(block)
    if container is None:
        container = sub(owner, block, 0, id=f"{owner.get('id', owner.tag)}-fuzz-{block}")
    for pair in container.findall("nvpair"):
        if pair.get("name") == name:
            changed = pair.get("value") != value
            pair.set("value", value)
            return changed
    sub(container, "nvpair", id=f"{container.get('id')}-{name}", name=name, value=value)
    return True


def value(owner, block, name):
    for pair in owner.iterfind(f"{block}/nvpair"):
        if pair.get("name") == name:
            return pair.get("value")
    return None


def set_option(root, name, text):
    config = root.find("configuration/crm_config")
    return set_value(config, "cluster_property_set", name, text)


def option(root, *names):
    for name in names:
        found = value(root.find("configuration/crm_config"), "cluster_property_set", name)
        if found is not None:
            return found
    return None


def top_of(element, up):
    """The outermost resource around an element."""
    top = None
    while element is not None:
        if element.tag in ("primitive", "group", "clone", "bundle"):
            top = element
        element = up.get(element)
    return top


def primitives(root):
    return {p.get("id"): p for p in root.iterfind("configuration/resources//primitive")}


def base_name(identifier):
    return re.sub(r":\d+$", "", identifier)


# --------------------------------------------------------------- the classes

@rule("score-attribute-undefined", "scheduler-placement.md 5.1", text="""
A location rule with `score-attribute` passes over nodes that lack the attribute; 2.1.5 bans them. Rewritten: the rule asks for the
attribute to be defined.""")
def score_attribute(root):
    found = False
    for number, element in enumerate(root.iterfind("configuration/constraints/rsc_location/rule")):
        name = element.get("score-attribute")
        if name is None:
            continue
        inner = element.makeelement("rule", {"id": f"fuzz-inner-{number}", "score": "0"})
        for key in ("boolean-op",):
            if element.get(key):
                inner.set(key, element.get(key))
        for child in list(element):
            element.remove(child)
            inner.append(child)
        element.set("boolean-op", "and")
        sub(element, "expression", id=f"fuzz-defined-{number}", attribute=name, operation="defined")
        element.append(inner)
        found = True
    return found


@rule("maintenance-of-resource-on-maintenance-node", "scheduler-history.md 18", text="""
A resource that is active on a node in maintenance mode is itself in maintenance, on all nodes: its recurring actions are cancelled
everywhere and none are made; 2.1.5 only makes it unmanaged. Rewritten: the resource says so itself.""")
def maintenance(root):
    nodes = {n.get("uname") for n in root.iterfind("configuration/nodes/node")
             if value(n, "instance_attributes", "maintenance") == "true"}
    known, found = primitives(root), False
    for state in root.iterfind("status/node_state"):
        if state.get("uname") not in nodes:
            continue
        for resource in state.iterfind("lrm/lrm_resources/lrm_resource"):
            primitive = known.get(base_name(resource.get("id")))
            if primitive is not None:
                found |= set_value(primitive, "meta_attributes", "maintenance", "true")
    return found


@rule("expired-failure-as-promoted", "scheduler-history.md 10", text="""
An expired failure with the result "failed promoted" or "promoted" says nothing about the role; 2.1.5 takes the resource for promoted.
Rewritten: the entry is gone.""")
def expired_promoted(root):
    up, found = parents(root), False
    for entry in list(root.iterfind("status//lrm_rsc_op")):
        if entry.get("rc-code") in ("8", "9") and "last_failure" in entry.get("id", ""):
            up[entry].remove(entry)
            found = True
    return found


@rule("fence-remote-without-quorum", "scheduler-history.md 4", text="""
Without quorum a remote node is fenced only if all nodes that could have taken over its connection are online, unless the option `fence-
remote-without-quorum` is set; 2.1.5 has neither. Rewritten: the option is set.""")
def fence_remote(root):
    if root.get("have-quorum") != "0":
        return False
    return set_option(root, "fence-remote-without-quorum", "true")


@rule("instances-stay", "scheduler-placement.md 9.4.2 (E16)", text="""
An instance of a clone stays where it is if its node would get an instance anyway; 2.1.5 may shuffle instances when another node is
better. Rewritten: clones stick to their nodes, so that the better node does not matter.""")
def instances_stay(root):
    found = False
    for clone in root.iterfind("configuration/resources//clone"):
        found |= set_value(clone, "meta_attributes", "resource-stickiness", "INFINITY")
        for inner in clone.iter():
            if inner.tag in ("primitive", "group") and value(inner, "meta_attributes", "resource-stickiness") is not None:
                found |= set_value(inner, "meta_attributes", "resource-stickiness", "INFINITY")
    return found


@rule("double-negative", "scheduler-placement.md 8.9 (2b)", text="""
An anti-colocated dependent that can run on one node only keeps its primary away from there (and makes its primary prefer where it is
banned); 2.1.5 does not. Rewritten: the primaries' stickiness outweighs it.""")
def double_negative(root):
    found = False
    for constraint in root.iterfind("configuration/constraints/rsc_colocation"):
        if constraint.get("score", "").startswith("-"):
            for primitive in primitives(root).values():
                found |= set_value(primitive, "meta_attributes", "resource-stickiness", "INFINITY")
            return found
    return False


@rule("probe-on-pending-node", "scheduler-ordering.md 8 (c1)", text="""
A probe that cannot run because its node is only joining keeps inactive instances of its clone from starting; 2.1.5 also restarts or stops
active ones. Rewritten: the node has joined.""")
def pending_node(root):
    found = False
    for state in root.iterfind("status/node_state"):
        if state.get("join") == "pending":
            state.set("join", "member")
            found = True
    return found


def members_of(root):
    """Ids that a reference in a constraint stands for: tags and templates are resolved."""
    tags = {t.get("id"): [r.get("id") for r in t] for t in root.iterfind("configuration/tags/tag")}
    for template in root.iterfind("configuration/resources/template"):
        tags[template.get("id")] = [p.get("id") for p in root.iterfind("configuration/resources//primitive")
                                    if p.get("template") == template.get("id")]

    def resolve(reference):
        return [m for x in tags[reference] for m in resolve(x)] if reference in tags else [reference]
    return resolve


def tops(root):
    up = parents(root)
    return {e.get("id"): top_of(e, up).get("id") for e in root.find("configuration/resources").iter()
            if e.tag in ("primitive", "group", "clone", "bundle")}


def pairs_of(constraint, first, then, resolve):
    """The pairs of resources a constraint relates, from its attributes or its sets."""
    groups = [[m for r in s for m in resolve(r.get("id"))] for s in constraint.findall("resource_set")]
    if groups:
        flat = [m for g in groups for m in g]
        return [(a, b) for n, a in enumerate(flat) for b in flat[n + 1:]]
    return [(a, b) for a in resolve(constraint.get(first)) for b in resolve(constraint.get(then))]


def remove_closing(root, tag, first, then):
    """Removes constraints that close a cycle, or relate a resource to itself; returns whether there were any."""
    resolve, top, edges, found = members_of(root), tops(root), collections.defaultdict(set), False

    def reaches(start, goal):
        seen, stack = set(), [start]
        while stack:
            at = stack.pop()
            if at == goal:
                return True
            if at not in seen:
                seen.add(at)
                stack.extend(edges[at])
        return False
    constraints = root.find("configuration/constraints")
    for constraint in list(constraints.findall(tag)):
        pairs = [(top.get(a, a), top.get(b, b)) for a, b in pairs_of(constraint, first, then, resolve)]
        if any(reaches(b, a) for a, b in pairs):
            constraints.remove(constraint)
            found = True
        else:
            for a, b in pairs:
                edges[a].add(b)
    return found


@rule("colocation-loop", "scheduler-placement.md 9.2 (2), 10.4", text="""
Colocations that form a loop (or of a resource with itself, by a tag) have no order in which to place the resources: where the loop is cut
depends on the order of visits, which differs. Rewritten: the colocations that close a loop are gone.""")
def colocation_loop(root):
    return remove_closing(root, "rsc_colocation", "rsc", "with-rsc")


@rule("order-loop", "scheduler-ordering.md 12", text="""
Orders that form a loop cannot be obeyed: what gives way depends on the order of visits, which differs. Rewritten: the orders that close a
loop are gone.""")
def order_loop(root):
    return remove_closing(root, "rsc_order", "first", "then")


@rule("interleaved-with-bundle", "scheduler-ordering.md 10.4", text="""
An order between an interleaved clone and a bundle relates the instance to the resource inside the matching replica; 2.1.5 to its
container. Rewritten: the clone is not interleaved.""")
def interleaved_bundle(root):
    found = False
    if root.find("configuration/resources/bundle") is None:
        return False
    for pair in root.iterfind("configuration/resources/clone/meta_attributes/nvpair"):
        if pair.get("name") == "interleave" and pair.get("value") == "true":
            pair.set("value", "false")
            found = True
    return found


@rule("colocation-role-unpromoted", "scheduler-placement.md 8.6 (3)", text="""
A colocation with the role Unpromoted concerns what has that role; 2.1.5 takes it for no role. Rewritten: no role.""")
def role_unpromoted(root):
    found = False
    for constraint in root.iterfind("configuration/constraints/rsc_colocation"):
        for element in [constraint] + constraint.findall("resource_set"):
            for name in ("rsc-role", "with-rsc-role", "role"):
                if element.get(name) in ("Unpromoted", "Slave"):
                    element.set(name, "Started")
                    found = True
    return found


@rule("order-of-assignment", "scheduler-placement.md 9.2 (4), 9.4 (3), 9.5.2 (3), 12.4", text="""
When the primary of a colocation is placed before its dependent, in which order instances take part and when an optional colocation is
given up differ in small ways (instances that found no node come last). Rewritten: primaries have a higher priority than their
dependents.""")
def order_of_assignment(root):
    resolve, top, found = members_of(root), tops(root), False
    elements = {e.get("id"): e for e in root.find("configuration/resources")}
    rank = collections.defaultdict(int)
    for _ in range(len(elements)):
        for constraint in root.iterfind("configuration/constraints/rsc_colocation"):
            for a, b in pairs_of(constraint, "rsc", "with-rsc", resolve):
                a, b = top.get(a, a), top.get(b, b)
                if a != b and b in elements:
                    rank[b] = max(rank[b], rank[a] + 1)
    for name, number in rank.items():
        if number and number < 2 * len(elements):
            found |= set_value(elements[name], "meta_attributes", "priority", str(1000 * number))
    return found


@rule("optional-colocation-given-up", "scheduler-placement.md 8.6 (rollback)", text="""
An optional colocation is given up if it leaves the dependent no node; which of several is depends on the order in which they are applied
(see order-of-assignment). Rewritten: the dependents have a score on all nodes that outweighs them.""")
def given_up(root):
    resolve, found = members_of(root), False
    constraints = root.find("configuration/constraints")
    names = set()
    for constraint in constraints.findall("rsc_colocation"):
        for a, _ in pairs_of(constraint, "rsc", "with-rsc", resolve):
            names.add(a)
    known = {e.get("id") for e in root.find("configuration/resources").iter()}
    for number, name in enumerate(sorted(n for n in names if n in known)):
        location = sub(constraints, "rsc_location", 0, id=f"fuzz-all-{number}", rsc=name)
        inner = sub(location, "rule", id=f"fuzz-all-rule-{number}", score="10000")
        sub(inner, "expression", id=f"fuzz-all-e-{number}", attribute="#uname", operation="defined")
        found = True
    return found


@rule("promoted-colocation-optional", "scheduler-placement.md 8.7", text="""
An optional colocation of the promoted role adds its score to instances on matching nodes and leaves the others alone; 2.1.5 adds nothing
and forbids promotion elsewhere. Rewritten: the colocation is gone.""")
def promoted_optional(root):
    constraints, found = root.find("configuration/constraints"), False
    for constraint in list(constraints.findall("rsc_colocation")):
        if constraint.get("rsc-role") in ("Promoted", "Master") and "INFINITY" not in constraint.get("score", "INFINITY"):
            constraints.remove(constraint)
            found = True
    return found


@rule("members-of-instance-that-could-not-stay", "scheduler-placement.md 9.4.2 (pass 1)", text="""
When an instance of a cloned group cannot stay where it is, its members keep "no node" of that try and the instance stops (recorded in
promoted-failed-demote); 2.1.5 places them anew. Rewritten: the members have no history, so that no instance has a place to stay.""")
def cloned_group(root):
    up, found = parents(root), False
    members = {p.get("id") for p in root.iterfind("configuration/resources/clone/group/primitive")}
    for history in list(root.iterfind("status//lrm_resource")):
        if base_name(history.get("id")) in members:
            up[history].remove(history)
            found = True
    return found
