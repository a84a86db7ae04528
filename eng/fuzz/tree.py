"""What the classes of difference need to know of a configuration: values, resources, and the pairs that colocations relate."""

import collections
import re

INFINITE = ("INFINITY", "+INFINITY", "-INFINITY")
COLLECTIVES = ("primitive", "group", "clone", "bundle")


def parents(root):
    return {child: parent for parent in root.iter() for child in parent}


def sub(parent, tag, index=None, **attributes):
    element = parent.makeelement(tag, attributes)
    if index is None:
        parent.append(element)
    else:
        parent.insert(index, element)
    return element


def set_value(owner, block, name, value_):
    """Sets a name-value pair in the first block of a kind, made if missing."""
    container = owner.find(block)
    if container is None:
        container = sub(owner, block, 0, id=f"{owner.get('id', owner.tag)}-fuzz-{block}")
    for pair in container.findall("nvpair"):
        if pair.get("name") == name:
            pair.set("value", value_)
            return
    sub(container, "nvpair", id=f"{container.get('id')}-{name}", name=name, value=value_)


def value(owner, block, name):
    for pair in owner.iterfind(f"{block}/nvpair"):
        if pair.get("name") == name:
            return pair.get("value")
    return None


def meta(owner, name):
    return value(owner, "meta_attributes", name)


def primitives(root):
    return {p.get("id"): p for p in root.iterfind("configuration/resources//primitive")}


def base_name(identifier):
    return re.sub(r":\d+$", "", identifier)


def anonymous(root):
    """Ids of primitives whose instances are interchangeable."""
    return {p.get("id") for c in root.iterfind("configuration/resources/clone") if meta(c, "globally-unique") != "true"
            for p in c.iter("primitive")}


def constraints(root):
    return root.find("configuration/constraints")


class Resources:
    """The resources of a configuration by id, and what stands around them."""

    def __init__(self, root):
        self.root = root
        self.up = parents(root)
        self.by_id = {e.get("id"): e for e in root.find("configuration/resources").iter() if e.tag in COLLECTIVES}
        self.tags = {t.get("id"): [r.get("id") for r in t] for t in root.iterfind("configuration/tags/tag")}
        self.templates = {t.get("id"): [p.get("id") for p in root.iterfind("configuration/resources//primitive")
                                        if p.get("template") == t.get("id")]
                          for t in root.iterfind("configuration/resources/template")}

    def resolve(self, reference):
        """Ids a reference in a constraint stands for (cib-model.md 9.6); members that do not exist are left out."""
        if reference in self.by_id:
            return [reference]
        names = self.templates.get(reference) or self.tags.get(reference) or []
        return [n for n in names if n in self.by_id]

    def top(self, name):
        """The outermost resource around one."""
        element, top = self.by_id[name], None
        while element is not None:
            if element.tag in COLLECTIVES:
                top = element
            element = self.up.get(element)
        return top

    def group_of(self, name):
        """The group a primitive is a member of, and its place there; (None, 0) if of none."""
        group = self.up.get(self.by_id[name])
        if group is None or group.tag != "group":
            return None, 0
        return group, [m.get("id") for m in group.findall("primitive")].index(name)

    def rank(self, name):
        """Sorts resources as lists of colocations do (scheduler-placement.md 8.3)."""
        element = self.by_id[name]
        priority = meta(element, "priority") or "0"
        return -int(priority.replace("INFINITY", "1000000")), -COLLECTIVES.index(element.tag), name

    def active_on(self, state):
        """Names (without instance number) of what the history of a node shows to run there."""
        for history in state.iterfind("lrm/lrm_resources/lrm_resource"):
            entries = [e for e in history.findall("lrm_rsc_op") if e.get("operation") in
                       ("start", "stop", "monitor", "promote", "demote", "migrate_to", "migrate_from")]
            last = max(entries, key=lambda e: int(e.get("call-id", "0")), default=None)
            if last is None or last.get("rc-code") == "7":
                continue
            if last.get("operation") == "stop" and last.get("rc-code") == "0":
                continue
            is_probe = last.get("operation") == "monitor" and last.get("interval") == "0"
            if is_probe and last.get("rc-code") not in ("0", "8", "9", "190", "191"):
                continue
            yield base_name(history.get("id"))


Pair = collections.namedtuple("Pair", "dependent primary score roles attribute influence constraint number")


class Colocations:
    """The pairs of all colocation constraints (scheduler-placement.md 8.1), each of which can be changed by itself."""

    def __init__(self, resources):
        self.resources = resources
        self.section = constraints(resources.root)
        self.pairs, self._elements = [], {}
        for constraint in self.section.findall("rsc_colocation"):
            for number, pair in enumerate(self._pairs_of(constraint)):
                self.pairs.append(Pair(*pair, constraint, number))

    def _pairs_of(self, constraint):
        sets = constraint.findall("resource_set")
        score, attribute, influence = (constraint.get(k) for k in ("score", "node-attribute", "influence"))
        if not sets:
            roles = constraint.get("rsc-role"), constraint.get("with-rsc-role")
            for a in self.resources.resolve(constraint.get("rsc")):
                for b in self.resources.resolve(constraint.get("with-rsc")):
                    yield a, b, score, roles, attribute, influence
            return
        members = [[m for r in s for m in self.resources.resolve(r.get("id"))] for s in sets]
        for one, names in zip(sets, members):
            own, roles = one.get("score", score), (one.get("role"), one.get("role"))
            if one.get("sequential") == "false":
                continue
            for n, name in enumerate(names[1:], 1):
                for other in (names[:n] if own.startswith("-") else names[n - 1:n]):
                    yield name, other, own, roles, attribute, influence
        for (one, left), (two, right) in zip(zip(sets, members), zip(sets[1:], members[1:])):
            for a in left if one.get("sequential") == "false" else left[:1]:
                for b in right if two.get("sequential") == "false" else right[-1:]:
                    yield a, b, score, (one.get("role"), two.get("role")), attribute, influence

    def top(self, name):
        return self.resources.top(name)

    def element(self, pair):
        """The simple constraint of a pair; a constraint that makes several is replaced by one for each."""
        key = pair.constraint
        if key not in self._elements:
            mine = [p for p in self.pairs if p.constraint is key]
            is_simple = not key.findall("resource_set") and len(mine) == 1 and key.get("rsc") == pair.dependent \
                and key.get("with-rsc") == pair.primary
            self._elements[key] = {pair.number: key} if is_simple else self._split(key, mine)
        return self._elements[key][pair.number]

    def _split(self, constraint, pairs):
        at, made = list(self.section).index(constraint), {}
        self.section.remove(constraint)
        for p in reversed(pairs):
            attributes = {"id": f"{constraint.get('id')}-fuzz-{p.number}", "rsc": p.dependent, "with-rsc": p.primary,
                          "score": p.score, "rsc-role": p.roles[0], "with-rsc-role": p.roles[1],
                          "node-attribute": p.attribute, "influence": p.influence}
            made[p.number] = sub(self.section, "rsc_colocation", at, **{k: v for k, v in attributes.items() if v is not None})
        return made

    def drop(self, pair):
        element = self.element(pair)
        if element in list(self.section):
            self.section.remove(element)
