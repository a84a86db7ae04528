using Mainstay.Lab.Tests.Harness;
using Mainstay.Ring.Client;

namespace Mainstay.Lab.Tests.Ring;

/// <summary>
/// A quorum device whose vote alone is enough (<c>master_wins</c>, spec/quorum.md section 5), beside a Corosync node through the reference's
/// library and beside a Mainstay node through ours: both kinds show it and decide alike.
/// </summary>
[Collection("lab")]
public sealed class MasterWinsInteropTests
{
    private const int TokenMs = 1000;
    private const string Name = "Arbiter";
    private const string Wins = "A,V,MW";

    private const string Device =
        "    device {\n        model: net\n        votes: 1\n        timeout: 3000\n        sync_timeout: 4000\n        master_wins: 1\n"
        + "        net {\n            host: 10.77.0.254\n            algorithm: ffsplit\n        }\n    }\n";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly string[] Two = ["n1", "n3"];

    [Fact]
    public async Task The_node_whose_device_wins_is_quorate_whatever_the_votes_and_so_are_those_with_it()
    {
        LabCluster.SkipWhereImpossible("corosync", "corosync-qdevice", "python3");
        using var lab = RingLab.Up(
            "master-wins", ["n1"], TokenMs, options: ["--transport", "knet", "--crypto"],
            edit: text => text.Replace("quorum {\n", "quorum {\n" + Device, StringComparison.Ordinal));
        await UntilQuorumAsync(lab, RingLab.Nodes, 3, true);

        // Four votes with the device's: three are needed.
        var script = Path.Combine(AppContext.BaseDirectory, "Clients", "votedevice.py");
        var reference = lab.Cluster.Start("n1", "/usr/bin/python3", script, Name);
        await reference.UntilLineAsync("the device is registered", Patience, line => line == "registered");
        await UntilShownAsync(lab, 1, RingLab.Nodes);
        lab.Cluster.Cut("n1");
        await UntilQuorumAsync(lab, ["n1"], 1, true);
        await UntilQuorumAsync(lab, ["n2", "n3"], 2, false);
        lab.Cluster.Heal();
        await UntilQuorumAsync(lab, RingLab.Nodes, 3, true);
        reference.Dispose();
        lab.Cluster.Try("n1", "sh", "-c", "kill $(pgrep -f votedevice)");

        await using var ours = await MasterDevice.StartAsync(lab.Cluster.PathIn("n2", RingClient.DefaultSocketPath));
        await UntilShownAsync(lab, 2, RingLab.Nodes);
        lab.Cluster.Cut("n2");
        await UntilQuorumAsync(lab, ["n2"], 1, true);
        await UntilQuorumAsync(lab, Two, 2, false);
        lab.Cluster.Heal();
        await UntilQuorumAsync(lab, RingLab.Nodes, 3, true);

        // Seven expected, three and the device there: whoever is with the device's node has quorum, of either kind.
        Assert.Equal(0, lab.Tool("n2", "corosync-quorumtool", "-e", "7").ExitCode);
        lab.Cluster.Cut("n3");
        await UntilQuorumAsync(lab, ["n1", "n2"], 2, true);
        await UntilQuorumAsync(lab, ["n3"], 1, false);
    }

    private static Task UntilShownAsync(RingLab lab, int node, string[] askedNodes) => EachAsync(
        lab, askedNodes, $"node {node} is shown with {Wins}", text => text.Split('\n').Any(
            line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var id, _, Wins, ..] && id == $"{node}"));

    private static Task UntilQuorumAsync(RingLab lab, string[] askedNodes, int members, bool isQuorate) => EachAsync(
        lab, askedNodes, $"{members} members, quorate: {isQuorate}", text =>
            Field(text, "Nodes") == $"{members}" && Field(text, "Quorate") == (isQuorate ? "Yes" : "No"));

    private static async Task EachAsync(RingLab lab, string[] nodes, string what, Func<string, bool> holds)
    {
        foreach (var node in nodes)
        {
            await LabCluster.UntilAsync($"{node}: {what}", Patience, () =>
            {
                var text = lab.Tool(node, "corosync-quorumtool", "-p").Output;
                return (holds(text), text);
            });
        }
    }

    private static string? Field(string text, string name) =>
        text.Split('\n').FirstOrDefault(l => l.StartsWith(name + ":", StringComparison.Ordinal))?.Split(':')[1].Trim();

    /// <summary>A device that always votes for its node.</summary>
    private sealed class MasterDevice(RingClient ring) : IAsyncDisposable
    {
        private readonly CancellationTokenSource _end = CancellationTokenSource.CreateLinkedTokenSource(
            TestContext.Current.CancellationToken);

        private Task _polling = Task.CompletedTask;

        public static async Task<MasterDevice> StartAsync(string socket)
        {
            var device = new MasterDevice(await RingClient.ConnectAsync(socket, TestContext.Current.CancellationToken));
            await device.RegisterAsync();
            device._polling = device.PollAsync();
            return device;
        }

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            await _polling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await ring.DisposeAsync();
            _end.Dispose();
        }

        private async Task RegisterAsync()
        {
            await ring.Votes.RegisterDeviceAsync(Name, _end.Token);
            await ring.Votes.SetDeviceMasterWinsAsync(Name, true, _end.Token);
        }

        // Asked about a new membership it answers at once; in between it says that it lives.
        private async Task PollAsync()
        {
            var status = await ring.GetStatusAsync(_end.Token);
            var present = status.Quorum.Ring;
            while (true)
            {
                try
                {
                    await ring.Votes.PollDeviceAsync(Name, true, present, _end.Token);
                }
                catch (RingException problem) when (problem.Error == RingError.WrongRing)
                {
                    // The next event tells which one it is.
                }

                using var wait = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
                wait.CancelAfter(TimeSpan.FromMilliseconds(500));
                try
                {
                    present = await ring.Events.ReadAsync(wait.Token) switch
                    {
                        RingDevicePollWanted wanted => wanted.Ring,
                        RingQuorumChange change => change.Ring,
                        _ => present,
                    };
                }
                catch (OperationCanceledException) when (!_end.IsCancellationRequested)
                {
                    // Nothing new: time to poll again.
                }
            }
        }
    }
}
