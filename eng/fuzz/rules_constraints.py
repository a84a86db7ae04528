"""Classes of difference in what constraints mean."""

import collections

from rules import rule
from tree import INFINITE, Colocations, Resources, constraints, meta, set_value, sub


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


@rule("promoted-colocation-of-group", "scheduler-placement.md 8.7", text="""
What a colocation of the promoted role does to the first member of a cloned group it does to the instance; not in 2.1.5, which may move the
instance instead.
Rewritten: the colocation is gone.""")
def promoted_group(root):
    colocations = Colocations(Resources(root))
    for pair in colocations.pairs:
        if pair.roles[0] in ("Promoted", "Master") and colocations.top(pair.dependent).find("group") is not None:
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
