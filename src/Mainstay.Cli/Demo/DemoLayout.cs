using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Mainstay.Cli.Demo;

/// <summary>Where the demo's nodes live: a folder each, a loopback address each, one port for the service.</summary>
internal sealed class DemoLayout
{
    private const int NodeCount = 3;

    private DemoLayout(string root, bool isTemporary, int tokenMs)
    {
        Root = root;
        IsTemporary = isTemporary;
        TokenMs = tokenMs;
        ServicePort = FreeTcpPort();
        RingPort = FreeUdpPort();

        // The whole of 127.0.0.0/8 is loopback on Linux. The process id picks the network, so that demos side by side do not meet.
        var network = Environment.ProcessId % 64_000;
        Nodes = [.. Enumerable.Range(1, NodeCount).Select(id => new DemoNodePlace(
            (uint)id,
            $"node{id}",
            $"127.{64 + (network / 256 % 128)}.{network % 256}.{id}",
            Path.Combine(root, $"node{id}")))];
    }

    /// <summary>The folder of all files.</summary>
    public string Root { get; }

    /// <summary>The folder was made for this run and is removed with it.</summary>
    public bool IsTemporary { get; }

    /// <summary>TCP port on 127.0.0.1 that the service answers on, whichever node runs it.</summary>
    public int ServicePort { get; }

    /// <summary>UDP port of the ring on every node's address.</summary>
    public int RingPort { get; }

    /// <summary>Token timeout in milliseconds.</summary>
    public int TokenMs { get; }

    /// <summary>The nodes, by id.</summary>
    public IReadOnlyList<DemoNodePlace> Nodes { get; }

    /// <summary>The configuration of the ring, the same on all nodes.</summary>
    public string ConfigurationFile => Path.Combine(Root, "corosync.conf");

    /// <summary>Creates the folders and writes the ring's configuration.</summary>
    public static DemoLayout Create(DemoOptions options)
    {
        var root = options.Directory ?? Path.Combine(Path.GetTempPath(), $"mainstay-demo-{Environment.ProcessId}");
        var layout = new DemoLayout(root, options.Directory is null, options.TokenMs);
        foreach (var node in layout.Nodes)
        {
            Directory.CreateDirectory(node.StateDirectory);
            Directory.CreateDirectory(node.RunDirectory);
        }

        File.WriteAllText(layout.ConfigurationFile, layout.RingConfiguration());
        return layout;
    }

    private string RingConfiguration()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $$"""
            totem {
                version: 2
                cluster_name: demo
                transport: udpu
                token: {{TokenMs}}
                token_coefficient: 1
                interface {
                    ringnumber: 0
                    mcastport: {{RingPort}}
                }
            }

            quorum {
                provider: corosync_votequorum
            }

            nodelist {

            """);
        foreach (var node in Nodes)
        {
            text.Append(CultureInfo.InvariantCulture, $$"""
                    node {
                        name: {{node.Name}}
                        nodeid: {{node.Id}}
                        ring0_addr: {{node.Address}}
                    }

                """);
        }

        return text.Append("}\n").ToString();
    }

    private static int FreeTcpPort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        return BoundPort(socket);
    }

    private static int FreeUdpPort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        return BoundPort(socket);
    }

    private static int BoundPort(Socket socket)
    {
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}

/// <summary>A node's identity and folders.</summary>
/// <param name="Id">Node id on the ring.</param>
/// <param name="Name">Node name.</param>
/// <param name="Address">Its loopback address.</param>
/// <param name="Folder">Everything it writes is below.</param>
internal sealed record DemoNodePlace(uint Id, string Name, string Address, string Folder)
{
    /// <summary>What survives a power cut.</summary>
    public string StateDirectory => Path.Combine(Folder, "state");

    /// <summary>Sockets and process ids.</summary>
    public string RunDirectory => Path.Combine(Folder, "run");

    /// <summary>The manager's socket.</summary>
    public string ManagerSocket => Path.Combine(RunDirectory, "manager.sock");

    /// <summary>The ring daemon's socket.</summary>
    public string RingSocket => Path.Combine(RunDirectory, "ring.sock");
}
