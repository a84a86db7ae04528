using System.Xml.Linq;
using Mainstay.Cli.Configuration;

namespace Mainstay.Cli.Pcs.Resources;

/// <summary><c>resource update</c>, <c>resource meta</c>, <c>resource utilization</c>, and the same for fence devices.</summary>
internal static class ResourceUpdate
{
    /// <summary><c>resource update ID [opt=v...] [op ACTION k=v...] [meta k=v...]</c>.</summary>
    public static int Run(PcsSession session, IReadOnlyList<string> args)
    {
        if (args.Count < 2)
        {
            throw new UsageFailure();
        }

        var resource = session.Resource(args[0]);
        var groups = PcsArguments.Groups(args.Skip(1), "op", "meta");
        var attributes = PcsArguments.Pairs(groups[0].Words);
        var meta = PcsArguments.Pairs(PcsArguments.Single(groups, "meta") ?? []);
        var operations = groups.Where(g => g.Keyword == "op").SelectMany(g => OperationSettings.Parse(g.Words)).ToList();
        if (resource.Name == "primitive")
        {
            UpdatePrimitive(session, resource, attributes, operations);
        }
        else if (CibTree.IsClone(resource))
        {
            if (operations.Count > 0)
            {
                throw new CommandFailure($"op settings must be changed on base resource, not the clone '{resource.Id()}'");
            }

            foreach (var (name, value) in attributes)
            {
                meta[name] = value;
            }
        }
        else if (attributes.Count + operations.Count > 0)
        {
            throw new CommandFailure(
                $"'{resource.Id()}' is a {resource.Name.LocalName}: only its meta attributes can be updated, write 'meta name=value'");
        }

        NvSetEditor.Set(resource, "meta_attributes", meta, session.Ids);
        session.Push();
        return 0;
    }

    /// <summary><c>resource meta ID k=v...</c>.</summary>
    public static int Meta(PcsSession session, IReadOnlyList<string> args)
    {
        if (args.Count < 2)
        {
            throw new UsageFailure();
        }

        NvSetEditor.Set(session.Resource(args[0]), "meta_attributes", PcsArguments.Pairs(args.Skip(1)), session.Ids);
        session.Push();
        return 0;
    }

    /// <summary><c>resource utilization [ID [name=int...]]</c>.</summary>
    public static int Utilization(PcsSession session, IReadOnlyList<string> args)
    {
        if (args.Count < 2)
        {
            session.Out.Write("Resource Utilization:\n");
            foreach (var resource in CibTree.Resources(session.Cib).Where(r => args.Count == 0 || r.Id() == args[0]))
            {
                var pairs = resource.Elements("utilization").SelectMany(NvSetEditor.Pairs).Select(p => $"{p.Key}={p.Value}").ToList();
                if (pairs.Count > 0)
                {
                    session.Out.WriteLine($" {resource.Id()}: {string.Join(' ', pairs)}");
                }
            }

            return 0;
        }

        var values = PcsArguments.Pairs(args.Skip(1));
        CheckIntegers(values);
        NvSetEditor.Set(session.Resource(args[0]), "utilization", values, session.Ids);
        session.Push();
        return 0;
    }

    /// <summary>Refuses utilization values that are no integers.</summary>
    public static void CheckIntegers(Dictionary<string, string> values)
    {
        foreach (var (name, value) in values)
        {
            if (value.Length > 0 && !int.TryParse(value, out _))
            {
                throw new CommandFailure($"Value of utilization attribute must be integer: '{name}={value}'");
            }
        }
    }

    private static void UpdatePrimitive(
        PcsSession session,
        XElement primitive,
        Dictionary<string, string> attributes,
        List<OperationSettings> operations)
    {
        var agent = ResourceParameters.AgentOf(primitive);
        var metadata = agent is null || attributes.Count + operations.Count == 0 ? null : session.Agents.Describe(agent);
        if (agent is not null && metadata is not null)
        {
            ResourceParameters.CheckChange(session, primitive, agent, metadata, attributes);
            OperationPlan.CheckNames(session, operations, metadata);
        }

        NvSetEditor.Set(primitive, "instance_attributes", attributes, session.Ids);
        foreach (var operation in operations)
        {
            ReplaceOperation(session, primitive, operation.Check(session));
        }
    }

    private static void ReplaceOperation(PcsSession session, XElement primitive, OperationSettings operation)
    {
        var block = ResourceOperations.Block(primitive);
        var old = block.Elements("op").FirstOrDefault(o => o.Text("name") == operation.Name);
        if (old is null)
        {
            block.Add(operation.Write(primitive.Id(), session.Ids));
            return;
        }

        var place = new XElement("placeholder");
        old.ReplaceWith(place);
        place.ReplaceWith(operation.Write(primitive.Id(), new IdPool(session.Cib)));
    }
}
