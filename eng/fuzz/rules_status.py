"""Classes of difference in what the history and the state of nodes mean."""

from rules import rule
from tree import Resources, constraints, parents, primitives, set_value, sub, value


@rule("score-attribute-undefined", "scheduler-placement.md 5.1", text="""
A location rule with `score-attribute` passes over nodes that lack the attribute or have no score there; 2.1.5 bans them. Rewritten: the
rule asks for the attribute to be defined and to be a score.""")
def score_attribute(root):
    for number, element in enumerate(root.iterfind("configuration/constraints/rsc_location/rule")):
        name = element.get("score-attribute")
        if name is not None:
            yield lambda element=element, number=number, name=name: _ask_for_attribute(root, element, number, name)


def _ask_for_attribute(root, element, number, name):
    inner = element.makeelement("rule", {"id": f"fuzz-inner-{number}", "score": "0"})
    if element.get("boolean-op"):
        inner.set("boolean-op", element.get("boolean-op"))
    for child in list(element):
        element.remove(child)
        inner.append(child)
    element.set("boolean-op", "and")
    sub(element, "expression", id=f"fuzz-defined-{number}", attribute=name, operation="defined")
    texts = {value(n, "instance_attributes", name) for n in root.iterfind("configuration/nodes/node")} - {None}
    for n, text in enumerate(sorted(t for t in texts if not t.replace("INFINITY", "1").lstrip("+-").isdigit())):
        sub(element, "expression", id=f"fuzz-score-{number}-{n}", attribute=name, operation="ne", value=text, type="string")
    element.append(inner)


@rule("maintenance-of-resource-on-maintenance-node", "scheduler-history.md 18", text="""
A resource that is active on a node in maintenance mode is itself in maintenance, on all nodes: its recurring actions are cancelled
everywhere and none are made; 2.1.5 only makes it unmanaged. The same holds for a connection, and by it for its node (scheduler-history.md
5). Rewritten: the resource says so itself.""")
def maintenance(root):
    nodes = {n.get("uname") for n in root.iterfind("configuration/nodes/node")
             if value(n, "instance_attributes", "maintenance") == "true"}
    known, resources, grown = primitives(root), Resources(root), True
    found = {}
    while grown:
        grown = False
        for state in root.iterfind("status/node_state"):
            if state.get("uname") not in nodes:
                continue
            for name in resources.active_on(state):
                if name in known and name not in found:
                    found[name] = grown = True
                    nodes.add(name)
    for name in found:
        yield lambda name=name: set_value(known[name], "meta_attributes", "maintenance", "true")


@rule("expired-failure-as-promoted", "scheduler-history.md 10", text="""
An expired failure with the result "failed promoted" or "promoted" says nothing about the role; 2.1.5 takes the resource for promoted.
Rewritten: the entry is gone.""")
def expired_promoted(root):
    up = parents(root)
    for entry in root.iterfind("status//lrm_rsc_op"):
        if entry.get("rc-code") in ("8", "9") and "last_failure" in entry.get("id", ""):
            yield lambda entry=entry: up[entry].remove(entry)


@rule("fence-remote-without-quorum", "scheduler-history.md 4", text="""
Without quorum a remote node is fenced only if all nodes that could have taken over its connection are online, unless the option `fence-
remote-without-quorum` is set; 2.1.5 has neither. Rewritten: the option is set.""")
def fence_remote(root):
    if root.get("have-quorum") == "0":
        config = root.find("configuration/crm_config")
        yield lambda: set_value(config, "cluster_property_set", "fence-remote-without-quorum", "true")


@rule("probe-on-pending-node", "scheduler-ordering.md 8 (c1)", text="""
A probe that cannot run because its node is only joining keeps inactive instances of its clone from starting; 2.1.5 also restarts or stops
active ones. Rewritten: clones are not probed there.""")
def pending_node(root):
    for state in root.iterfind("status/node_state"):
        if state.get("join") != "pending":
            continue
        for clone in root.iterfind("configuration/resources/clone"):
            node, name = state.get("uname"), clone.get("id")
            yield lambda node=node, name=name: sub(
                constraints(root), "rsc_location", id=f"fuzz-never-{name}-{node}", rsc=name, node=node, score="0",
                **{"resource-discovery": "never"})


@rule("member-runs-where-earlier-one-does-not", "scheduler-ordering.md 5.2, 6.1", text="""
A later member of a group that is active is stopped before an earlier one that is not is started: if that stop cannot run, nor can the
start; 2.1.5 has no such order. Rewritten: the group has no order.""")
def member_stop(root):
    resources = Resources(root)
    active = {name for state in root.iterfind("status/node_state") for name in resources.active_on(state)}
    for group in root.iterfind("configuration/resources//group"):
        names = {p.get("id") for p in group.findall("primitive")}
        if len(names) > 1 and names & active:
            yield lambda group=group: set_value(group, "meta_attributes", "ordered", "false")
