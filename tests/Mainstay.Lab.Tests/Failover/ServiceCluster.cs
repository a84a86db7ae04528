using System.Globalization;
using Mainstay.Lab.Tests.Harness;

namespace Mainstay.Lab.Tests.Failover;

/// <summary>
/// Three hosts with a service: an address and a web server in a group, through the distribution's unmodified agents, with a fence device.
/// What is asserted is seen from outside: who owns the address (in all hosts' networks and by ARP), whether the web server answers.
/// </summary>
internal sealed class ServiceCluster : IDisposable
{
    public const string Address = "10.77.0.100";

    private const string SwitchAddress = "10.77.0.254";

    private const string Properties = """
        <crm_config><cluster_property_set id="cib-bootstrap-options"><nvpair id="cib-bootstrap-options-stonith-enabled" name="stonith-enabled" value="true"/></cluster_property_set></crm_config>
        """;

    private const string Resources = $"""
        <resources><primitive id="fence" class="stonith" type="fence_lab"><operations><op id="fence-m" name="monitor" interval="60s" timeout="20s"/></operations></primitive>
        <group id="web"><primitive id="vip" class="ocf" provider="heartbeat" type="IPaddr2"><instance_attributes id="vip-a"><nvpair id="vip-ip" name="ip" value="{Address}"/><nvpair id="vip-mask" name="cidr_netmask" value="24"/></instance_attributes><operations><op id="vip-m" name="monitor" interval="2s" timeout="20s"/></operations></primitive>
        <primitive id="www" class="ocf" provider="heartbeat" type="nginx"><operations><op id="www-m" name="monitor" interval="2s" timeout="20s"/></operations></primitive></group></resources>
        """;

    private readonly IClusterStack _stack;
    private readonly LabProcess _owners;

    private ServiceCluster(LabCluster lab, IClusterStack stack)
    {
        Lab = lab;
        _stack = stack;
        _owners = lab.Start("sw", "/usr/bin/python3", Path.Combine(AppContext.BaseDirectory, "Clients", "watch_owner.py"), Address, SwitchAddress, "n1", "n2", "n3");
    }

    public static string[] Nodes { get; } = ["n1", "n2", "n3"];

    public LabCluster Lab { get; }

    /// <summary>Forms the cluster and waits until the service answers and every node has settled.</summary>
    /// <param name="name">Part of the lab's directory name.</param>
    /// <param name="tokenMs">Token timeout.</param>
    /// <param name="stack">Which stack; without one the environment decides.</param>
    public static async Task<ServiceCluster> UpAsync(string name, int tokenMs = 1000, IClusterStack? stack = null)
    {
        stack ??= Environment.GetEnvironmentVariable("MAINSTAY_LAB_STACK") switch
        {
            "corosync" => new CorosyncStack(),
            "mainstay-on-corosync" => new MainstayStack(runsOnCorosync: true),
            _ => new MainstayStack(),
        };
        LabCluster.SkipWhereImpossible([.. stack.NeededPrograms, "nginx", "arping", "/usr/lib/ocf/resource.d/heartbeat/IPaddr2"]);
        var lab = LabCluster.Up(name, 3, "--boot-delay", "2");
        var cluster = new ServiceCluster(lab, stack);
        try
        {
            stack.Start(lab, tokenMs);
            stack.Load(lab, Properties, Resources);
            await cluster.UntilOnlineAsync("n1", TimeSpan.FromSeconds(60), Nodes);
            await cluster.UntilServedAsync(TimeSpan.FromSeconds(60), Nodes);
            return cluster;
        }
        catch
        {
            cluster.Dispose();
            throw;
        }
    }

    /// <summary>Who owns the address now; null while nobody does.</summary>
    public string? Owner => OwnerChanges is [.., { Nodes: [var only] }] ? only : null;

    /// <summary>Every change of ownership so far, in time order.</summary>
    public IReadOnlyList<OwnerChange> OwnerChanges => [.. _owners.Lines
        .Select(l => l.Split(' '))
        .Where(w => w[0] == "owners")
        .Select(w => new OwnerChange(double.Parse(w[1], CultureInfo.InvariantCulture), w[2..]))];

    /// <summary>The lab controller's log of power and fencing, as (time, text).</summary>
    public IReadOnlyList<(double Time, string Text)> PowerEvents => [.. Lab.Lab("events")
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(l => l.Split(' ', 2))
        .Select(p => (double.Parse(p[0], CultureInfo.InvariantCulture), p[1]))];

    /// <summary>Waits until one of the nodes owns the address and the web server answers through it.</summary>
    /// <returns>The owner.</returns>
    public async Task<string> UntilServedAsync(TimeSpan limit, params string[] byOneOf)
    {
        await LabCluster.UntilAsync($"the service answers from one of {string.Join(' ', byOneOf)}", limit, () =>
        {
            var (owner, isAnswering) = (Owner, IsAnswering());
            return (owner is not null && byOneOf.Contains(owner) && isAnswering,
                $"owner of {Address}: {owner ?? "nobody"}; HTTP {(isAnswering ? "answers" : "does not answer")}\n{Diagnose(byOneOf)}");
        });
        return Owner!;
    }

    /// <summary>Waits until a node sees exactly these nodes online and clean.</summary>
    public Task UntilOnlineAsync(string asked, TimeSpan limit, params string[] nodes) => LabCluster.UntilAsync(
        $"{asked} sees {string.Join(' ', nodes)} online",
        limit,
        () =>
        {
            var (online, text) = _stack.Online(Lab, asked);
            return (online.Order(StringComparer.Ordinal).SequenceEqual(nodes), text.Length > 0 ? text : _stack.Diagnose(Lab, asked));
        });

    public void SetStandby(string node, bool isOn) => _stack.SetStandby(Lab, node, isOn);

    /// <summary>Fails unless at no moment two hosts owned the address, and the watch was awake all the time.</summary>
    public void AssertNeverTwoOwners()
    {
        var lines = _owners.Lines;
        Assert.Empty(lines.Where(l => l.StartsWith("double ", StringComparison.Ordinal) || l.StartsWith("claims ", StringComparison.Ordinal)));
        var alive = lines.Where(l => l.StartsWith("alive ", StringComparison.Ordinal)).Select(l => l.Split(' ')).ToList();
        Assert.True(alive.Count > 2, "the watch of the address's owners did not run");
        var times = alive.Select(w => double.Parse(w[1], CultureInfo.InvariantCulture)).ToList();
        var blind = times.Zip(times.Skip(1), (a, b) => b - a).Max();
        Assert.True(blind < 5, $"the watch was not run for {blind:0.0} s: this machine is too busy to say that there was one owner at all times");
        Assert.True(long.Parse(alive[^1][4]) > 0, "nobody ever answered an ARP question: the watch from the switch proves nothing");
    }

    /// <summary>Waits until the lab's log has an event after a moment.</summary>
    public async Task<double> UntilPowerEventAsync(string text, double after, TimeSpan limit)
    {
        var found = 0.0;
        await LabCluster.UntilAsync($"power event \"{text}\"", limit, () =>
        {
            var events = PowerEvents;
            found = events.FirstOrDefault(e => e.Time >= after && e.Text.StartsWith(text, StringComparison.Ordinal)).Time;
            return (found > 0, string.Join('\n', events.TakeLast(10).Select(e => $"{e.Time:0.000} {e.Text}")));
        });
        return found;
    }

    public void Dispose() => Lab.Dispose();

    private bool IsAnswering() =>
        Lab.Try("sw", "curl", "-s", "-m", "1", "-o", "/dev/null", "-w", "%{http_code}", $"http://{Address}/").Output is ['2' or '3' or '4', ..];

    private string Diagnose(string[] nodes)
    {
        foreach (var node in nodes)
        {
            var text = _stack.Diagnose(Lab, node);
            if (text.Length > 0) return $"{node}:\n{text}";
        }

        return string.Empty;
    }
}

/// <summary>The set of owners changed.</summary>
/// <param name="Time">Seconds since the epoch.</param>
/// <param name="Nodes">Owners from then on.</param>
internal sealed record OwnerChange(double Time, string[] Nodes);
