using System.Xml.Linq;

namespace Mainstay.Conformance.Tests.Cib;

/// <summary>Damages a configuration in ways that depend on a seed only.</summary>
internal sealed class InputMutator(ulong seed)
{
    private static readonly string[] s_values =
    [
        "", " ", "0", "-1", "1", "2147483647", "2147483648", "-2147483648", "4294967296", "9223372036854775807", "99999999999999999999", "1e9",
        "INFINITY", "-INFINITY", "+INFINITY", "NaN", "true", "false", "yes", "Stopped", "Promoted", "Unpromoted", "Started", "Master", "stop",
        "start", "promote", "demote", "monitor", "migrate_to", "migrate_from", "notify", "block", "fence", "standby", "restart-container",
        "freeze", "ignore", "balanced", "minimal", "utilization", "P1Y", "P99999999999D", "10s", "-5s", "1.5ms", "2005-020", "epoch", "red", "(",
        "[a-", "*", "(a+)+$", "!.*", "#uname", "$CONTAINER", "1:2:3:4", "0:0;1:2:3:4", "-1:-1;-1:-1:-1:-1", "none", "pacemaker-1.0",
        "pacemaker-2.10", "pacemaker-4.0", "pacemaker-9999.0", "\u00e4\u00f6\u4e2d", "a:0", "x:99999999999", ":", "a,b", " , ", "\"'<&>",
    ];

    private static readonly string[] s_names =
    [
        "id", "id-ref", "rsc", "with-rsc", "first", "then", "score", "name", "value", "node", "ticket", "template", "uname", "role", "interval",
        "operation", "rc-code", "op-status", "call-id", "operation_key", "transition-key", "transition-magic", "target", "index", "devices",
    ];

    private static readonly string[] s_meta =
    [
        "container", "container", "remote-node", "remote-addr", "clone-max", "clone-node-max", "clone-min", "promoted-max", "promoted-node-max",
        "migration-threshold", "failure-timeout", "target-role", "multiple-active", "priority", "resource-stickiness", "allow-migrate",
        "requires", "promotable", "notify", "interleave", "ordered", "globally-unique", "is-managed", "maintenance", "critical",
    ];

    private readonly List<string> _ids = [];
    private ulong _state = seed;

    /// <summary>A damaged copy of one of the files.</summary>
    public string Mutate(string[] files)
    {
        string text = File.ReadAllText(files[Next(files.Length)]);
        var root = XElement.Parse(text);
        _ids.AddRange(root.DescendantsAndSelf().Select(e => e.Attribute("id")?.Value).OfType<string>());
        int count = 1 + Next(6);
        for (int i = 0; i < count; i++) MutateTree(root);
        text = root.ToString(SaveOptions.DisableFormatting);
        if (Next(6) != 0) return text;
        int flips = 1 + Next(4);
        for (int i = 0; i < flips; i++) text = MutateText(text);
        return text;
    }

    private void MutateTree(XElement root)
    {
        var elements = root.DescendantsAndSelf().ToList();
        var element = elements[Next(elements.Count)];
        var other = elements[Next(elements.Count)];
        switch (Next(15))
        {
            case 0 when element != root:
                element.Remove();
                break;
            case 1 when element != root:
                element.AddAfterSelf(new XElement(element));
                break;
            case 2 when element != root && elements.Count < 4000:
                other.Add(new XElement(element));
                break;
            case 3 when element.HasAttributes:
                Pick(element).Remove();
                break;
            case 4 when element.HasAttributes && other.HasAttributes:
                var (a, b) = (Pick(element), Pick(other));
                (a.Value, b.Value) = (b.Value, a.Value);
                break;
            case 5:
                element.Name = other.Name;
                break;
            case 6 when element != root:
                Nest(element);
                break;
            case 7:
                element.SetAttributeValue(s_names[Next(s_names.Length)], Value());
                break;
            case 8:
                AddConstraint(root);
                break;
            case 9:
                Loop(root);
                break;
            case 10 when element.HasElements:
                element.ReplaceNodes(element.Nodes().Reverse().ToList());
                break;
            case 11:
                AddMeta(root);
                break;
            default:
                if (element.HasAttributes) Pick(element).Value = Value();
                break;
        }
    }

    private XAttribute Pick(XElement element)
    {
        var attributes = element.Attributes().ToList();
        return attributes[Next(attributes.Count)];
    }

    private string Value() => Next(2) == 0 || _ids.Count == 0 ? s_values[Next(s_values.Length)] : Id();

    private string Id() => _ids.Count == 0 || Next(10) == 0 ? "nowhere" : _ids[Next(_ids.Count)];

    /// <summary>An element inside copies of itself.</summary>
    private void Nest(XElement element)
    {
        var inner = new XElement(element);
        int depth = 2 + Next(30);
        for (int i = 0; i < depth; i++) inner = new XElement(element.Name, element.Attributes(), inner);
        element.ReplaceWith(inner);
    }

    private void AddConstraint(XElement root)
    {
        var section = root.Element("configuration")?.Element("constraints");
        section?.Add(Next(4) switch
        {
            0 => new XElement("rsc_colocation", At("id", $"f{Next(9)}"), At("rsc", Id()), At("with-rsc", Id()), At("score", Value())),
            1 => new XElement("rsc_order", At("id", $"f{Next(9)}"), At("first", Id()), At("then", Id()), At("kind", Value())),
            2 => new XElement("rsc_location", At("id", $"f{Next(9)}"), At("rsc", Id()), At("node", Id()), At("score", Value())),
            _ => new XElement(
                Next(2) == 0 ? "rsc_order" : "rsc_colocation",
                At("id", $"f{Next(9)}"),
                At("score", "INFINITY"),
                Set(),
                Set()),
        });
    }

    private void AddMeta(XElement root)
    {
        var resources = root.Descendants().Where(e => e.Name.LocalName is "primitive" or "clone" or "group" or "bundle").ToList();
        if (resources.Count == 0) return;
        var pair = new XElement("nvpair", At("id", $"n{Next(99)}"), At("name", s_meta[Next(s_meta.Length)]), At("value", Value()));
        resources[Next(resources.Count)].AddFirst(new XElement("meta_attributes", At("id", $"m{Next(99)}"), pair));
    }

    private XElement Set() => new(
        "resource_set",
        At("id", $"s{Next(9)}"),
        At("sequential", Next(2) == 0 ? "true" : "false"),
        At("require-all", Next(2) == 0 ? "true" : "false"),
        Enumerable.Range(0, Next(4)).Select(_ => new XElement("resource_ref", At("id", Id()))));

    /// <summary>References that come back to where they began.</summary>
    private void Loop(XElement root)
    {
        var resources = root.Element("configuration")?.Element("resources");
        var constraints = root.Element("configuration")?.Element("constraints");
        var named = resources?.Elements().Where(e => e.Attribute("id") is not null).ToList() ?? [];
        if (named.Count == 0 || constraints is null) return;
        var ids = Enumerable.Range(0, 2 + Next(3)).Select(_ => named[Next(named.Count)].Attribute("id")!.Value).ToList();
        string kind = Next(2) == 0 ? "rsc_order" : "rsc_colocation";
        for (int i = 0; i < ids.Count; i++)
        {
            string next = ids[(i + 1) % ids.Count];
            constraints.Add(kind == "rsc_order"
                ? new XElement(kind, At("id", $"loop{i}"), At("first", ids[i]), At("then", next))
                : new XElement(kind, At("id", $"loop{i}"), At("rsc", ids[i]), At("with-rsc", next), At("score", "INFINITY")));
        }

        if (Next(3) == 0) named[0].SetAttributeValue("template", ids[0]);
        foreach (var set in root.Descendants("meta_attributes").Take(2)) set.SetAttributeValue("id-ref", Id());
    }

    private string MutateText(string text)
    {
        if (text.Length < 10) return text;
        int at = Next(text.Length - 5);
        return Next(4) switch
        {
            0 => text[..at] + (char)(Next(126) + 1) + text[(at + 1)..],
            1 => text[..at],
            2 => text[..at] + text[(at + 1 + Next(4))..],
            _ => string.Concat(text.AsSpan(0, Math.Min(at + 200, text.Length)), text.AsSpan(at)),
        };
    }

    private static XAttribute At(string name, string value) => new(name, value);

    // splitmix64: small, and the same everywhere.
    private int Next(int bound)
    {
        _state += 0x9E3779B97F4A7C15;
        ulong z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (int)((z ^ (z >> 31)) % (ulong)bound);
    }
}
