"""Known classes of difference between the installed reference (Pacemaker 2.1.5) and Mainstay, which decides as version 3.0 does.

A class names the rule (a section of the specification) and rewrites the input so that the versions must agree if that rule, and nothing
else, made the difference: it says explicitly what 3.0 does implicitly, or removes the circumstance under which the rule matters. A class
lists the places of the input that it could rewrite, each as a function that does it. Classes that take out little come first.
"""

import collections

from tree import (COLLECTIVES, INFINITE, Colocations, Resources, anonymous, base_name, constraints, meta, parents,
                  primitives, set_value, sub, value)

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


# -------------------------------------------------------- history and state

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


# -------------------------------------------------------------- constraints

@rule("tag-with-unknown-member", "cib-model.md 9.6", text="""
A member of a tag that is no resource is passed over where the tag stands for a set; 2.1.5 ignores the constraint. Rewritten: the member
is gone.""")
def unknown_member(root):
    known = Resources(root).by_id
    for tag in root.iterfind("configuration/tags/tag"):
        for reference in tag:
            if reference.get("id") not in known:
                yield lambda tag=tag, reference=reference: tag.remove(reference)


@rule("group-that-cannot-start", "scheduler-ordering.md 11", text="""
What has to be with a group that cannot start cannot start either; in 2.1.5 only what has to be with a primitive. Rewritten: an order says
so as well.""")
def blocked_group(root):
    colocations = Colocations(Resources(root))
    for number, pair in enumerate(colocations.pairs):
        first, then = colocations.top(pair.primary), colocations.top(pair.dependent)
        if first.tag == "group" and first is not then and pair.score in ("INFINITY", "+INFINITY"):
            yield lambda number=number, first=first, then=then: sub(
                constraints(root), "rsc_order", id=f"fuzz-order-{number}", first=first.get("id"), then=then.get("id"), kind="Mandatory")


@rule("exclusive-discovery-of-member", "scheduler-placement.md 3.5", text="""
A member of a collective that itself is discovered on certain nodes only is banned from the others; in 2.1.5 only if the collective is.
Rewritten: it is discovered everywhere.""")
def exclusive_member(root):
    resources = Resources(root)
    for element in root.iterfind("configuration/constraints/rsc_location"):
        if element.get("resource-discovery") != "exclusive":
            continue
        names = [m for r in [element.get("rsc")] + [x.get("id") for x in element.iter("resource_ref")] if r for m in resources.resolve(r)]
        if any(resources.top(n).get("id") != n for n in names):
            yield lambda element=element: element.set("resource-discovery", "always")


@rule("address-of-replica-in-guest", "scheduler-placement.md 8.2, 8.6", text="""
The address of a replica runs on the node of its container, also if that is a remote or guest node; 2.1.5 may put it on another. Rewritten:
the bundle has no addresses.""")
def replica_address(root):
    if all(n.get("remote_node") is None for n in root.iter("node_state")) and root.find(".//bundle") is None:
        return
    for network in root.iterfind("configuration/resources/bundle/network"):
        if network.get("ip-range-start"):
            yield lambda network=network: (network.attrib.pop("ip-range-start"), network.set("control-port", "3121"))


@rule("colocation-role-unpromoted", "scheduler-placement.md 8.6 (3)", text="""
A colocation with the role Unpromoted concerns what has that role; 2.1.5 takes it for no role. Rewritten: no role.""")
def role_unpromoted(root):
    for constraint in root.iterfind("configuration/constraints/rsc_colocation"):
        for element in [constraint] + constraint.findall("resource_set"):
            for name in ("rsc-role", "with-rsc-role", "role"):
                if element.get(name) in ("Unpromoted", "Slave"):
                    yield lambda element=element, name=name: element.set(name, "Started")


@rule("colocation-role-of-bundle", "scheduler-placement.md 8.6 (1, 3)", text="""
The role in a colocation of a bundle is that of the resource inside its container; 2.1.5 asks the container. Rewritten: no role.""")
def role_of_bundle(root):
    colocations = Colocations(Resources(root))
    for pair in colocations.pairs:
        if any(pair.roles) and "bundle" in (colocations.top(pair.dependent).tag, colocations.top(pair.primary).tag):
            yield lambda pair=pair: [colocations.element(pair).set(k, "Started") for k in ("rsc-role", "with-rsc-role")]


@rule("node-attribute-of-collective", "scheduler-placement.md 8.6, 8.8", text="""
A colocation by `node-attribute` with a bundle or an instance compares the attribute; 2.1.5 asks for the same node. Rewritten: no
attribute.""")
def attribute_of_collective(root):
    colocations = Colocations(Resources(root))
    for pair in colocations.pairs:
        tags = {colocations.top(pair.dependent).tag, colocations.top(pair.primary).tag}
        if pair.attribute and tags & {"clone", "bundle"}:
            yield lambda pair=pair: colocations.element(pair).attrib.pop("node-attribute", None)


@rule("interleaved-anti-colocation", "scheduler-placement.md 8.6 (clone, 2)", text="""
An instance of an interleaved clone is kept away from the instance that goes with it, not from all; in 2.1.5 from all. Rewritten: the clone
is not interleaved.""")
def interleaved_apart(root):
    colocations, seen = Colocations(Resources(root)), set()
    for pair in colocations.pairs:
        top = colocations.top(pair.dependent)
        if pair.score.startswith("-") and top.tag == "clone" and meta(top, "interleave") == "true" and top not in seen:
            seen.add(top)
            yield lambda top=top: set_value(top, "meta_attributes", "interleave", "false")


@rule("interleaved-with-bundle", "scheduler-ordering.md 10.4", text="""
An order between an interleaved clone and a bundle relates the instance to the resource inside the matching replica; 2.1.5 to its
container. Rewritten: the clone is not interleaved.""")
def interleaved_bundle(root):
    if root.find("configuration/resources/bundle") is None:
        return
    for clone in root.iterfind("configuration/resources/clone"):
        if meta(clone, "interleave") == "true":
            yield lambda clone=clone: set_value(clone, "meta_attributes", "interleave", "false")


@rule("colocation-of-inner-member", "scheduler-placement.md 8.3", text="""
What is colocated with or by a member of a group is taken into account for the whole group: by its first member as dependent, by its last
as primary; in 2.1.5 by the member alone. Rewritten: the constraint names the group, or is gone.""")
def inner_member(root):
    colocations, names_group = Colocations(Resources(root)), inner_pairs(root)
    for pair, (group, other) in zip(colocations.pairs, names_group):
        if (group or other) and colocations.top(pair.dependent) is colocations.top(pair.primary):
            yield lambda pair=pair: colocations.drop(pair)
            continue
        if group:
            yield lambda pair=pair, group=group: colocations.element(pair).set("rsc", group)
        if other:
            yield lambda pair=pair, other=other: colocations.element(pair).set("with-rsc", other)


@rule("colocation-of-inner-member", "", text="")
def inner_member_gone(root):
    colocations = Colocations(Resources(root))
    for pair, groups in zip(colocations.pairs, inner_pairs(root)):
        if any(groups):
            yield lambda pair=pair: colocations.drop(pair)


def inner_pairs(root):
    """For each pair the group whose later member is the dependent, and that whose earlier member is the primary, or None."""
    resources = Resources(root)
    for pair in Colocations(resources).pairs:
        (group, place), (other, last) = resources.group_of(pair.dependent), resources.group_of(pair.primary)
        yield (group.get("id") if group is not None and place > 0 else None,
               other.get("id") if other is not None and last < len(other.findall("primitive")) - 1 else None)


@rule("first-of-several-dependents", "scheduler-placement.md 8.3 (quirk, E5)", text="""
Of several colocations with a bundle, or with a group whose last member has dependents of its own, only the first counts for what the
members are told of dependents' wishes; in 2.1.5 all. Rewritten: the others are gone.""")
def first_dependent(root):
    resources = Resources(root)
    colocations, mine = Colocations(resources), collections.defaultdict(list)
    inner = {pair.primary for pair in colocations.pairs}
    for pair in colocations.pairs:
        element = resources.by_id[pair.primary]
        is_busy = element.tag == "bundle" or element.tag == "group" and element.findall("primitive")[-1].get("id") in inner
        if is_busy and colocations.top(pair.dependent) is not element:
            mine[pair.primary].append(pair)
    for pairs in mine.values():
        pairs.sort(key=lambda p: resources.rank(p.dependent))
        for pair in pairs[1:]:
            yield lambda pair=pair: colocations.drop(pair)


@rule("factor-of-a-chain", "scheduler-placement.md 8.9 (3, E1)", text="""
The wishes of what goes with a dependent reach the primary weakened by both colocations (the product of their factors); in 2.1.5 by the
last only. Rewritten: an optional colocation whose dependent has dependents of its own (members of a group, parts of a bundle, a guest)
is gone.""")
def chain(root):
    colocations = Colocations(Resources(root))
    followed = {colocations.top(p.primary) for p in colocations.pairs}
    for pair in colocations.pairs:
        top = colocations.top(pair.dependent)
        is_followed = top in followed or top.tag == "bundle" or len(top.findall(".//primitive")) > 1 \
            or meta(top, "remote-node") is not None
        if pair.score not in INFINITE and is_followed:
            yield lambda pair=pair: colocations.drop(pair)


@rule("double-negative", "scheduler-placement.md 8.9 (2b)", text="""
An anti-colocated dependent that can run on one node only keeps its primary away from there (and makes its primary prefer where it is
banned); 2.1.5 does not. Rewritten: the primary's stickiness outweighs it.""")
def double_negative(root):
    colocations, seen = Colocations(Resources(root)), set()
    for pair in colocations.pairs:
        if not pair.score.startswith("-"):
            continue
        for primitive in colocations.top(pair.primary).iter("primitive"):
            if primitive not in seen:
                seen.add(primitive)
                yield lambda primitive=primitive: set_value(primitive, "meta_attributes", "resource-stickiness", "INFINITY")


@rule("colocation-reaches-instances", "scheduler-placement.md 8.3, 16 (4)", text="""
A colocation of a clone or bundle is one of each of its instances: the wishes of dependents, and a colocation with a primary, count where an
instance is placed; in 2.1.5 not if there are as many instances as nodes, unless it keeps them apart. Rewritten: the colocation is gone.""")
def clone_colocation(root):
    colocations = Colocations(Resources(root))
    for pair in colocations.pairs:
        tags = {colocations.top(pair.dependent).tag, colocations.top(pair.primary).tag}
        if tags & {"clone", "bundle"} and not pair.score.startswith("-"):
            yield lambda pair=pair: colocations.drop(pair)


@rule("promoted-colocation-optional", "scheduler-placement.md 8.7", text="""
An optional colocation of the promoted role adds its score to instances on matching nodes and leaves the others alone; 2.1.5 adds nothing
and forbids promotion elsewhere. Rewritten: the colocation is gone.""")
def promoted_optional(root):
    colocations = Colocations(Resources(root))
    for pair in colocations.pairs:
        if pair.roles[0] in ("Promoted", "Master") and pair.score not in INFINITE:
            yield lambda pair=pair: colocations.drop(pair)


@rule("promoted-location-of-bundle", "scheduler-placement.md 5.3, 9.5.2 (2)", text="""
A location with the role Promoted of a bundle adds its score to the instances on the bundle's nodes; in 2.1.5 it forbids promotion there.
Rewritten: the location is gone.""")
def promoted_location(root):
    resources = Resources(root)
    for element in root.iterfind("configuration/constraints/rsc_location"):
        names = [m for r in [element.get("rsc")] + [x.get("id") for x in element.iter("resource_ref")] if r for m in resources.resolve(r)]
        roles = {x.get("role") for x in element.iter()}
        if roles & {"Promoted", "Master"} and any(resources.by_id[n].tag == "bundle" for n in names):
            yield lambda element=element: constraints(root).remove(element)


# ------------------------------------------------------------ order of work

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


def _closing(edges, pairs):
    """The pairs that close a cycle of those before, or relate a resource to itself."""
    for pair, a, b in pairs:
        seen, stack = set(), [b]
        while stack:
            at = stack.pop()
            if at not in seen:
                seen.add(at)
                stack.extend(edges[at])
        if a in seen:
            yield pair
        else:
            edges[a].add(b)


@rule("colocation-loop", "scheduler-placement.md 9.2 (2), 10.4", text="""
Colocations that form a loop (or of a resource with itself, by a tag) have no order in which to place the resources: where the loop is cut
depends on the order of visits, which differs. Rewritten: the colocations that close a loop are gone.""")
def colocation_loop(root):
    colocations = Colocations(Resources(root))
    pairs = [(p, colocations.top(p.dependent), colocations.top(p.primary)) for p in colocations.pairs]
    for pair in _closing(collections.defaultdict(set), pairs):
        yield lambda pair=pair: colocations.drop(pair)


@rule("order-loop", "scheduler-ordering.md 12", text="""
Orders that form a loop cannot be obeyed: what gives way depends on the order of visits, which differs. Rewritten: the orders that close a
loop are gone.""")
def order_loop(root):
    resources, pairs = Resources(root), []
    for constraint in root.iterfind("configuration/constraints/rsc_order"):
        sets = [[m for r in s for m in resources.resolve(r.get("id"))] for s in constraint.findall("resource_set")]
        flat = [m for s in sets for m in s]
        both = [(a, b) for n, a in enumerate(flat) for b in flat[n + 1:]] if sets else \
            [(a, b) for a in resources.resolve(constraint.get("first")) for b in resources.resolve(constraint.get("then"))]
        pairs += [(constraint, resources.top(a), resources.top(b)) for a, b in both]
    for constraint in dict.fromkeys(_closing(collections.defaultdict(set), pairs)):
        yield lambda constraint=constraint: constraints(root).remove(constraint)


@rule("instances-stay", "scheduler-placement.md 9.4.2 (E16)", text="""
An instance of a clone stays where it is if its node would get an instance anyway; 2.1.5 may shuffle instances when another node is
better. Rewritten: the clone sticks to its nodes more than to any promotion score, so that the better node does not matter.""")
def instances_stay(root):
    for clone in root.iterfind("configuration/resources//clone"):
        yield lambda clone=clone: _stick(root, clone)


def _stick(root, clone):
    set_value(clone, "meta_attributes", "resource-stickiness", "INFINITY")
    names = set()
    for inner in clone.iter():
        if inner.tag in COLLECTIVES and inner is not clone:
            names.add("master-" + inner.get("id"))
            if meta(inner, "resource-stickiness") is not None:
                set_value(inner, "meta_attributes", "resource-stickiness", "INFINITY")
    for pair in root.iterfind("status/node_state/transient_attributes/instance_attributes/nvpair"):
        if base_name(pair.get("name")) in names and pair.get("value") == "INFINITY":
            pair.set("value", "1000")


@rule("members-of-instance-that-could-not-stay", "scheduler-placement.md 9.4.2 (pass 1)", text="""
When an instance of a cloned group cannot stay where it is, its members keep "no node" of that try and the instance stops (recorded in
promoted-failed-demote); 2.1.5 places them anew. Rewritten: the members have no history on that node, so that the
instance has no place to stay.""")
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
