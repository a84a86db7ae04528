using System.Net;
using Mainstay.Ring.Core.Configuration;
using Mainstay.Ring.Core.Messages;
using Mainstay.Ring.Core.Services;
using Mainstay.Testing;

namespace Mainstay.Conformance.Ring;

/// <summary>Verdicts and keys of the reference for 78 files (../shared/cases/corosync-conf; spec/corosync-conf.md).</summary>
public sealed class CorosyncConfTests
{
    // Keys of the reference's resource monitor, which is no part of the ring.
    private const string MonitorKeys = "resources.";

    private static readonly ConfigurationEnvironment RecordedHost = new()
    {
        HostName = "recording-host",
        LocalAddresses = [.. new[] { "127.0.0.1", "::1", "10.0.1.1", "10.0.2.1", "fd00::1" }.Select(IPAddress.Parse)],
        Resolve = _ => [],
        ReadKeyFile = file => file == "/etc/corosync/authkey" ? new KeyFile(new byte[256], null) : new KeyFile(default, "it is not there"),
    };

    public static TheoryData<string, string, int, string, string> Verdicts()
    {
        var data = new TheoryData<string, string, int, string, string>();
        if (Repository.Shared is null)
        {
            data.Add("absent", string.Empty, 0, string.Empty, string.Empty);
            return data;
        }

        foreach (var line in File.ReadLines(Path.Combine(Repository.Shared, "cases", "corosync-conf", "verdicts.tsv")).Skip(1))
        {
            var cells = line.Split('\t');
            data.Add(cells[0], cells[1], int.Parse(cells[2]), cells[3], cells[4]);
        }

        return data;
    }

    public static TheoryData<string> FilesWithKeys() => Repository.Shared is null
        ? ["absent"]
        : [.. Directory.GetFiles(Path.Combine(Repository.Shared, "cases", "corosync-conf"), "*.keys")
            .Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Verdicts))]
    public void Verdict_exit_status_and_line_are_those_of_the_reference(
        string name, string verdict, int exitStatus, string starts, string where)
    {
        Load(name, out var problems);
        var errors = problems.Where(p => p.Severity == ProblemSeverity.Error).ToList();
        var refusesFile = errors.Where(e => e.ExitStatus != ConfigurationProblem.ServiceExitStatus).ToList();
        if (verdict == "valid")
        {
            Assert.Empty(refusesFile);
            Assert.Equal(starts == "yes", errors.Count == 0);
        }
        else
        {
            Assert.NotEmpty(refusesFile);
            Assert.Equal(exitStatus, refusesFile[0].ExitStatus);
            if (where.StartsWith("line ", StringComparison.Ordinal)) Assert.Contains(errors, e => e.Line == int.Parse(where[5..]));
        }
    }

    [Theory]
    [MemberData(nameof(FilesWithKeys))]
    public void Keys_and_values_are_those_of_the_reference_right_after_its_start(string name)
    {
        var configuration = Load(name, out var problems);
        Assert.True(configuration is not null, string.Join('\n', problems));
        var expected = File.ReadLines(Repository.SharedPath("cases", "corosync-conf", name + ".keys"))
            .Where(l => !l.StartsWith(MonitorKeys, StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);
        var prefixes = new[] { "totem.", "quorum.", "nodelist.", "runtime.", "logging.", "uidgid.", "system." };
        var actual = configuration.Keys.Concat(QuorumKeysAlone(configuration))
            .Where(k => prefixes.Any(p => k.Key.StartsWith(p, StringComparison.Ordinal)))
            .Select(k => $"{k.Key} ({k.Value.TypeName}) = {k.Value.Text}").ToHashSet(StringComparer.Ordinal);
        Assert.Equal(expected.Order(StringComparer.Ordinal), actual.Order(StringComparer.Ordinal));
    }

    private static RingConfiguration? Load(string name, out IReadOnlyList<ConfigurationProblem> problems)
    {
        var file = Repository.SharedPath("cases", "corosync-conf", name + ".conf");
        return RingConfiguration.Load(name + ".conf", File.ReadAllBytes(file), RecordedHost, out problems);
    }

    // The keys were read when the node had formed a ring of its own.
    private static IEnumerable<KeyValuePair<string, CmapValue>> QuorumKeysAlone(RingConfiguration configuration)
    {
        if (!configuration.Quorum.IsEnabled) return [];
        var self = configuration.LocalNode.NodeId;
        var votes = new Votequorum(self, configuration.Quorum, 0);
        votes.BeginSynchronisation([self]);
        votes.Process();
        while (votes.Outgoing.TryDequeue(out var message))
        {
            Assert.True(VoteNodeInfo.TryRead(message, WireOrder.Little, out var info));
            votes.HandleNodeInfo(self, info);
        }

        votes.Activate();
        return votes.Keys();
    }
}
