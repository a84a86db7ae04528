namespace Mainstay.Manager;

/// <summary>Command line of <c>mainstay-manager</c>.</summary>
internal sealed record ManagerArguments
{
    public const string Usage = """
        usage: mainstay-manager [--config FILE] [--state-dir DIR] [--run-dir DIR] [--ring KIND] [--node NAME] [--import FILE]
                                [--foreground]

          --config FILE     corosync.conf of the ring; accepted for symmetry, the ring daemon has read it (
              default /etc/corosync/corosync.conf)
          --state-dir DIR   where the configuration is kept (default /var/lib/mainstay)
          --run-dir DIR     where the socket manager.sock and the lock are made, and ring.sock is found (default /run/mainstay)
          --ring KIND       mainstay (the default): the ring daemon of mainstay-ring; corosync: a Corosync 3 that runs on this host,
                            through its libraries (libcpg4, libquorum5, libvotequorum8, libcmap4)
          --node NAME       the node's name, checked against the ring's
          --import FILE     take this cib.xml as configuration if none is stored yet
          --foreground      accepted for symmetry; the daemon never forks
          --version         print the version
        environment: MAINSTAY_RING_SOCKET names another socket of the ring daemon
        signals: TERM and INT move the resources away, leave the cluster and end; a second one ends at once
        exit status: 0 ended on request; 1 bad usage; 15 failed; 18 already running; 100 fenced or fatal: do not restart
        """;

    public string StateDirectory { get; init; } = "/var/lib/mainstay";

    public string RunDirectory { get; init; } = "/run/mainstay";

    /// <summary>Whether the ring is that of a Corosync on this host.</summary>
    public bool UsesCorosync { get; init; }

    public string? NodeName { get; init; }

    public string? ImportFile { get; init; }

    public bool ShowsHelp { get; init; }

    public bool ShowsVersion { get; init; }

    /// <summary>Reads the arguments; <paramref name="problem"/> says what is wrong with them.</summary>
    public static ManagerArguments? TryParse(IReadOnlyList<string> args, out string problem)
    {
        var result = new ManagerArguments();
        problem = "";
        for (var i = 0; i < args.Count; i++)
        {
            var (name, value) = args[i].Split('=', 2) is [var left, var right] ? (left, right) : (args[i], (string?)null);
            if (name is "--config" or "--state-dir" or "--run-dir" or "--ring" or "--node" or "--import" && value is null)
            {
                if (++i == args.Count)
                {
                    problem = $"{name} needs a value";
                    return null;
                }

                value = args[i];
            }

            ManagerArguments? next = name switch
            {
                "--config" => result,
                "--state-dir" => result with { StateDirectory = value ?? "" },
                "--run-dir" => result with { RunDirectory = value ?? "" },
                "--ring" => value is "mainstay" or "corosync" ? result with { UsesCorosync = value == "corosync" } : null,
                "--node" => result with { NodeName = value },
                "--import" => result with { ImportFile = value },
                "--foreground" or "-f" => result,
                "--help" or "-h" => result with { ShowsHelp = true },
                "--version" or "-v" => result with { ShowsVersion = true },
                _ => null,
            };
            if (next is null)
            {
                problem = $"unknown option: {name}";
                return null;
            }

            result = next;
        }

        return result;
    }
}
