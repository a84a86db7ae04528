using Mainstay.Cli.Configuration;

namespace Mainstay.Cli.Pcs.Cluster;

/// <summary><c>cib element description</c>.</summary>
internal static class CibCommands
{
    /// <summary>The commands of the group.</summary>
    public static PcsCommand[] All() => [new("cib element description", "ID [TEXT]", "dry-run", Description)];

    private static int Description(PcsSession session, IReadOnlyList<string> args)
    {
        if (args.Count is 0 or > 2)
        {
            throw new UsageFailure();
        }

        var element = CibTree.FindById(session.Cib, args[0])
            ?? throw new CommandFailure(
                $"element with id '{args[0]}' does not exist{Suggestion.For(args[0], CibTree.Resources(session.Cib).Select(r => r.Id()))}");
        if (args.Count == 1)
        {
            session.Out.WriteLine(element.Text("description") ?? "");
            return 0;
        }

        element.SetAttributeValue("description", args[1].Length > 0 ? args[1] : null);
        session.Push();
        return 0;
    }
}
