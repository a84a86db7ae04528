using System.Xml.Linq;
using Mainstay.Cli.Configuration;

namespace Mainstay.Cli.Pcs.Resources;

/// <summary><c>resource op add</c> and <c>resource op delete</c>.</summary>
internal static class ResourceOperations
{
    /// <summary>The <c>operations</c> element of a primitive, made where it is missing.</summary>
    public static XElement Block(XElement primitive)
    {
        if (primitive.Element("operations") is { } found)
        {
            return found;
        }

        var made = new XElement("operations");
        primitive.Add(made);
        return made;
    }

    /// <summary><c>resource op add ID ACTION k=v...</c>.</summary>
    public static int Add(PcsSession session, IReadOnlyList<string> args)
    {
        if (args.Count < 2)
        {
            throw new UsageFailure();
        }

        var primitive = Primitive(session, args[0]);
        var raw = new OperationSettings(args[1], PcsArguments.Pairs(args.Skip(2)));
        var agent = ResourceParameters.AgentOf(primitive);
        OperationPlan.CheckNames(session, [raw], agent is null ? null : session.Agents.Describe(agent));
        var operation = raw.Check(session);
        RefuseDuplicate(session, primitive, operation);
        Block(primitive).Add(operation.Write(primitive.Id(), session.Ids));
        session.Push();
        return 0;
    }

    /// <summary><c>resource op delete ID ACTION [k=v...]</c> or <c>op delete OPID</c>.</summary>
    public static int Delete(PcsSession session, IReadOnlyList<string> args)
    {
        switch (args)
        {
            case [var id]:
                var byId = CibTree.Resources(session.Cib).Descendants("op").Where(o => o.Id() == id).Distinct().ToList();
                return Remove(session, byId, $"unable to find operation id: {id}");
            case [var resource, var action, ..]:
                var options = PcsArguments.Pairs(args.Skip(2));
                var found = Primitive(session, resource).Elements("operations").Elements("op")
                    .Where(o => o.Text("name") == action && options.All(p => Matches(o, p.Key, p.Value)))
                    .ToList();
                return Remove(session, found, $"Unable to find operation matching: {string.Join(' ', args.Skip(1))}");
            default:
                throw new UsageFailure();
        }
    }

    private static bool Matches(XElement operation, string name, string value) =>
        name == "OCF_CHECK_LEVEL"
            ? NvSetEditor.Value(operation, "instance_attributes", name) == value
            : (operation.Text(name) ?? "") == value
                || (name == "interval" && PcsTime.Milliseconds(value) is { } wanted
                    && wanted == PcsTime.Milliseconds(operation.Text(name) ?? "0"));

    private static int Remove(PcsSession session, List<XElement> operations, string notFound)
    {
        if (operations.Count == 0)
        {
            throw new CommandFailure(notFound);
        }

        foreach (var operation in operations)
        {
            var block = operation.Parent!;
            operation.Remove();
            if (!block.HasElements && !block.HasAttributes)
            {
                block.Remove();
            }
        }

        session.Push();
        return 0;
    }

    private static XElement Primitive(PcsSession session, string id)
    {
        var resource = session.Resource(id);
        return resource.Name == "primitive"
            ? resource
            : throw new CommandFailure($"'{id}' is a {resource.Name.LocalName}: operations belong to primitives"
                + (resource.Descendants("primitive").FirstOrDefault() is { } inner ? $" (such as '{inner.Id()}')" : ""));
    }

    private static void RefuseDuplicate(PcsSession session, XElement primitive, OperationSettings operation)
    {
        var sameName = primitive.Elements("operations").Elements("op").Where(o => o.Text("name") == operation.Name).ToList();
        var sameInterval = sameName
            .Where(o => PcsTime.Milliseconds(o.Text("interval") ?? "0") == operation.IntervalMs)
            .ToList();
        if (sameInterval.Count > 0)
        {
            throw new CommandFailure(
                $"operation {operation.Name} with interval {operation.Options["interval"]} already specified for {primitive.Id()}: "
                + string.Join("; ", sameInterval.Select(Words)));
        }

        var role = operation.Options.GetValueOrDefault("role", "");
        var sameRole = sameName.Where(o => (o.Text("role") ?? "") == role).ToList();
        if (sameRole.Count > 0 && operation.Name == "monitor")
        {
            session.Overridable($"operation {operation.Name} already specified for {primitive.Id()}: "
                + $"{string.Join("; ", sameRole.Select(Words))}");
        }
    }

    private static string Words(XElement operation) =>
        $"{operation.Text("name")} "
            + string.Join(
                ' ', operation.Attributes().Where(a => a.Name.LocalName is not ("name" or "id")).Select(a => $"{a.Name}={a.Value}"))
            + $" ({operation.Id()})";
}
