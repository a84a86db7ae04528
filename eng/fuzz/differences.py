"""Known classes of difference between the installed reference (Pacemaker 2.1.5) and Mainstay, which decides as version 3.0 does.

A class names the rule (a section of the specification) and rewrites the input so that the versions must agree if that rule, and nothing
else, made the difference.  An `exact` rewriting says explicitly what 3.0 does implicitly, so that Mainstay's own decisions must not change by it;
the others remove the circumstance under which the rule matters.
"""

import collections
import re

Rule = collections.namedtuple("Rule", "name section exact text rewrite")
RULES = []


def rule(name, section, text, exact=False):
    """Registers a rewriting: a function that changes a tree and returns whether it found anything to change."""
    def register(function):
        RULES.append(Rule(name, section, exact, text, function))
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

@rule("score-attribute-undefined", "scheduler-placement.md 5.1", exact=True, text="""
A location rule with `score-attribute` passes over nodes that lack the attribute; 2.1.5 bans them. Rewritten: the rule asks for the attribute
to be defined.""")
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
Without quorum a remote node is fenced only if all nodes that could have taken over its connection are online, unless the option
`fence-remote-without-quorum` is set; 2.1.5 has neither. Rewritten: the option is set.""")
def fence_remote(root):
    if root.get("have-quorum") != "0":
        return False
    return set_option(root, "fence-remote-without-quorum", "true")


@rule("instances-stay", "scheduler-placement.md 9.4.2 (E16)", text="""
An instance of a clone stays where it is if its node would get an instance anyway; 2.1.5 may shuffle instances when another node is better.
Rewritten: clones stick to their nodes, so that the better node does not matter.""")
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
