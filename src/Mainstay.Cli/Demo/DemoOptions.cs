using System.Globalization;

namespace Mainstay.Cli.Demo;

/// <summary>Options of <c>mainstay demo</c>.</summary>
/// <param name="Keep">Leave the cluster running at the end and say how to talk to it.</param>
/// <param name="Interactive">Let the user break things instead of following the script.</param>
/// <param name="Directory">Folder of the cluster's files; <see langword="null"/>: a new one in the system's temporary folder.</param>
/// <param name="TokenMs">Token timeout in milliseconds (corosync.conf <c>totem.token</c>), 30 to 30000.</param>
internal sealed record DemoOptions(bool Keep, bool Interactive, string? Directory, int TokenMs)
{
    /// <summary>Text of <c>--help</c>.</summary>
    public const string Help = """
        Usage: mainstay demo [--interactive] [--keep] [--directory DIR] [--token MS]

        Starts a cluster of three nodes on this machine (separate processes on loopback addresses, no root needed), runs a web
        server in it, cuts the power of the node that serves, and shows how the others notice, fence it and take over.

          --interactive    break things yourself: cut power, kill daemons, kill the service
          --keep           leave the cluster running at the end, and say how to talk to it
          --directory DIR  where the nodes keep their files (default: a new folder for temporary files, removed at the end)
          --token MS       how long the ring waits for its token before it declares a node lost (default 1000)

        Exit code 0: the service survived and never ran twice. 1: it did not. 2: wrong option or nothing to run.
        """;

    /// <summary>Reads the command line; <paramref name="error"/> says what is wrong with it.</summary>
    public static DemoOptions? Parse(IReadOnlyList<string> args, out string error)
    {
        error = "";
        var options = new DemoOptions(Keep: false, Interactive: false, Directory: null, TokenMs: 1000);
        for (var index = 0; index < args.Count; index++)
        {
            switch (args[index])
            {
                case "--keep":
                    options = options with { Keep = true };
                    break;
                case "--interactive":
                    options = options with { Interactive = true };
                    break;
                case "--directory" when index + 1 < args.Count:
                    options = options with { Directory = Path.GetFullPath(args[++index]) };
                    break;
                case "--token" when index + 1 < args.Count:
                    if (!int.TryParse(args[++index], NumberStyles.None, CultureInfo.InvariantCulture, out var token)
                        || token is < 30 or > 30_000)
                    {
                        error = $"--token takes milliseconds from 30 to 30000, not '{args[index]}'";
                        return null;
                    }

                    options = options with { TokenMs = token };
                    break;
                default:
                    error = args[index] is "--directory" or "--token"
                        ? $"{args[index]} needs a value"
                        : $"unknown option '{args[index]}'";
                    return null;
            }
        }

        return options;
    }
}
