using System.Globalization;
using System.Text;

namespace Mainstay.Ring;

/// <summary>Command line of <c>mainstay-ring</c>.</summary>
internal sealed record RingArguments
{
    // sun_path of unix(7), without the zero byte at its end.
    private const int SocketPathSizeMax = 107;

    public const string Usage = """
        usage: mainstay-ring [--config FILE] [--state-dir DIR] [--run-dir DIR] [--node NAME | --nodeid N] [--foreground] [--check]

          --config FILE     configuration (default /etc/corosync/corosync.conf)
          --state-dir DIR   where ring ids are kept (default /var/lib/mainstay/ring)
          --run-dir DIR     where the socket ring.sock and the lock are made (default /run/mainstay)
          --node NAME       the local node, where its addresses do not tell (several nodes on one host)
          --nodeid N        likewise, by id
          --foreground      accepted for symmetry; the daemon never forks
          --check           read and check the configuration, print what is wrong, start nothing
          --version         print the version
        signals: TERM and INT leave the ring and end; HUP reads the configuration again
        exit status: 0 ended on request; 7, 8, 20 refused configuration; 1 bad usage; 18 already running; 15 failed later
        """;

    public string ConfigFile { get; init; } = "/etc/corosync/corosync.conf";

    public string StateDirectory { get; init; } = "/var/lib/mainstay/ring";

    public string RunDirectory { get; init; } = "/run/mainstay";

    public string? NodeName { get; init; }

    public uint? NodeId { get; init; }

    public bool ChecksOnly { get; init; }

    public bool ShowsHelp { get; init; }

    public bool ShowsVersion { get; init; }

    /// <summary>The socket of the clients.</summary>
    public string SocketPath => Path.Combine(RunDirectory, "ring.sock");

    /// <summary>Reads the arguments; <paramref name="problem"/> says what is wrong with them.</summary>
    public static RingArguments? TryParse(IReadOnlyList<string> args, out string problem)
    {
        var result = new RingArguments();
        problem = string.Empty;
        for (var i = 0; i < args.Count; i++)
        {
            var (name, value) = args[i].Split('=', 2) is [var n, var v] ? (n, v) : (args[i], (string?)null);
            if (name is "--config" or "--state-dir" or "--run-dir" or "--node" or "--nodeid" && value is null)
            {
                if (++i == args.Count)
                {
                    problem = $"{name} needs a value";
                    return null;
                }

                value = args[i];
            }

            if (value is { Length: 0 })
            {
                problem = $"{name} needs a value that is not empty";
                return null;
            }

            RingArguments? next = name switch
            {
                "--config" => result with { ConfigFile = value ?? "" },
                "--state-dir" => result with { StateDirectory = value ?? "" },
                "--run-dir" => result with { RunDirectory = value ?? "" },
                "--node" => result with { NodeName = value },
                "--nodeid" => uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0
                    ? result with { NodeId = id }
                    : null,
                "--foreground" or "-f" => result,
                "--check" => result with { ChecksOnly = true },
                "--help" or "-h" => result with { ShowsHelp = true },
                "--version" or "-v" => result with { ShowsVersion = true },
                _ => null,
            };
            if (next is null)
            {
                problem = $"unknown option or bad value: {args[i]}";
                return null;
            }

            result = next;
        }

        var size = Encoding.UTF8.GetByteCount(result.SocketPath);
        if (size <= SocketPathSizeMax) return result;
        problem = $"--run-dir is too long: {result.SocketPath} has {size} bytes, and the path of a socket {SocketPathSizeMax} at most";
        return null;
    }
}
