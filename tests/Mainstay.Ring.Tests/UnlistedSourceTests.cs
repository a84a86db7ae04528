using System.Net;
using System.Net.Sockets;
using System.Text;
using Mainstay.Ring.Core.Configuration;
using Mainstay.Ring.Links;
using Mainstay.Totem;

namespace Mainstay.Ring.Tests;

/// <summary><c>totem.block_unlisted_ips</c> (spec/ring-wire.md section 1): whose datagrams are taken. Sending on loopback is over when the
/// datagram waits at its receiver.</summary>
public sealed class UnlistedSourceTests : IDisposable
{
    private const int Self = 1;
    private const int Other = 2;
    private const int Stranger = 77;

    private static int s_number;

    private readonly int _block = Interlocked.Increment(ref s_number);
    private readonly RingLog _log = new("test");
    private IRingLink? _link;

    public UnlistedSourceTests() => _log.Apply(LoggingSettings.Default with { ToStderr = false, ToSyslog = false });

    [Theory]
    [InlineData("udpu", "", true)]
    [InlineData("udpu", " block_unlisted_ips: yes\n", true)]
    [InlineData("udpu", " block_unlisted_ips: no\n", false)]
    [InlineData("udp", "", true)]
    [InlineData("udp", " block_unlisted_ips: yes\n", true)]
    [InlineData("udp", " block_unlisted_ips: no\n", false)]
    public void What_addresses_send_that_are_not_configured_is_taken_only_where_that_is_asked_for(
        string transport, string option, bool isBlocked)
    {
        var configuration = Load(transport, option);
        _link = Open(configuration);
        Send(Stranger, 1);
        Send(Other, 2);
        Assert.Equal(isBlocked ? [2] : [1, 2], Received());
        Assert.Equal(isBlocked ? 1 : 0, Dropped());
    }

    [Theory]
    [InlineData("udpu")]
    [InlineData("udp")]
    public void A_reload_changes_who_is_heard(string transport)
    {
        _link = Open(Load(transport, " block_unlisted_ips: no\n"));
        _link.Reconfigure(Instant.Zero, Load(transport, ""));
        Send(Stranger, 1);
        Assert.Empty(Received());
        _link.Reconfigure(Instant.Zero, Load(transport, "", Stranger));
        Send(Stranger, 2);
        Send(Other, 3);
        Assert.Equal([2], Received());
        Assert.Equal(2, Dropped());
    }

    /// <summary>Who is not configured cannot keep the daemon busy: a turn ends after a bounded number of datagrams that count for
    /// nothing.</summary>
    [Theory]
    [InlineData("udpu")]
    [InlineData("udp")]
    public void A_turn_passes_over_a_bounded_number_of_them(string transport)
    {
        _link = Open(Load(transport, ""));
        for (var count = 0; count < 100; count++) Send(Stranger, 1);
        Assert.True(_link.Receive(Instant.Zero).IsEmpty);
        Assert.Equal(64, Dropped());
    }

    public void Dispose()
    {
        _link?.Dispose();
        _log.Dispose();
    }

    private IRingLink Open(RingConfiguration configuration) => configuration.Multicast is { } multicast
        ? MulticastLink.Open(configuration, multicast, _log)
        : UnicastLink.Open(configuration, _log);

    private List<byte> Received()
    {
        var received = new List<byte>();
        while (true)
        {
            var datagram = _link!.Receive(Instant.Zero);
            if (datagram.IsEmpty) return received;
            received.Add(datagram[0]);
        }
    }

    private long Dropped()
    {
        var counters = new SortedDictionary<string, long>(StringComparer.Ordinal);
        _link!.AddCounters(counters);
        return counters["link.dropped_unlisted_source"];
    }

    private void Send(int node, byte content)
    {
        using var socket = new UdpClient(new IPEndPoint(IPAddress.Parse(Address(node)), 0));
        Assert.Equal(1, socket.Send([content], new IPEndPoint(IPAddress.Parse(Address(Self)), 5405)));
    }

    private string Address(int node) => $"127.{1 + (Environment.ProcessId % 99)}.{_block}.{node}";

    private RingConfiguration Load(string transport, string option, int other = Other)
    {
        string Node(int id) => $" node {{\n ring0_addr: {Address(id)}\n nodeid: {id}\n }}\n";
        var text = $"totem {{\n version: 2\n cluster_name: unlisted\n transport: {transport}\n{option}}}\n"
            + $"nodelist {{\n{Node(Self)}{Node(other)}}}\n";
        var host = new ConfigurationEnvironment
        {
            HostName = "host",
            LocalAddresses = [],
            Resolve = _ => [],
            ReadKeyFile = _ => new KeyFile(default, "it is not there"),
            NodeId = Self,
        };
        var configuration = RingConfiguration.Load("f", Encoding.UTF8.GetBytes(text), host, out var problems);
        Assert.Empty(problems);
        return Assert.IsType<RingConfiguration>(configuration);
    }
}
