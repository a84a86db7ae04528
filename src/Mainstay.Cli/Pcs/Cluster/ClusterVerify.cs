using System.Xml.Linq;
using Mainstay.Cib;
using Mainstay.Cli.Pcs.Stonith;

namespace Mainstay.Cli.Pcs.Cluster;

/// <summary><c>cluster verify</c>: the configuration against the schema's rules, and the fencing levels.</summary>
internal static class ClusterVerify
{
    /// <summary><c>cluster verify [--full]</c>: exit code 1 where anything is wrong.</summary>
    public static int Run(PcsSession session, IReadOnlyList<string> args)
    {
        var document = CibDocument.FromRoot(new XElement(session.Cib.Root!));
        var problems = CibValidator.Validate(document).Select(p => p.ToString()).ToList();
        if (!session.Options.Has("full") && problems.Count > 5)
        {
            problems = [.. problems.Take(5), $"{problems.Count - 5} more: use --full to see all"];
        }

        problems.AddRange(FencingLevels.Problems(session.Cib));
        return problems.Count > 0 ? throw new CommandFailure(["invalid cib:", .. problems]) : 0;
    }
}
