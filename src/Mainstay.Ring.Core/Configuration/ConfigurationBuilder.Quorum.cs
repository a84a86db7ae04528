using System.Globalization;

namespace Mainstay.Ring.Core.Configuration;

/// <content>Section <c>quorum</c> (spec/quorum.md section 2).</content>
internal sealed partial class ConfigurationBuilder
{
    private QuorumSettings ReadQuorum(List<ConfiguredNode> nodes, ConfiguredNode? local)
    {
        if (!_keys.TryGetValue("quorum.provider", out var provider))
        {
            return QuorumSettings.Disabled with { ExpectedVotes = (uint)Math.Max(1, nodes.Count) };
        }

        if (provider.Text != "corosync_votequorum")
        {
            RefuseService($"the quorum provider {provider.Text} is unknown; corosync_votequorum is the one there is", "quorum.provider");
            return QuorumSettings.Disabled;
        }

        var sum = (uint)nodes.Sum(n => (long)n.Votes);
        var hasDevice = _keys.ContainsKey("quorum.device.model");
        var twoNode = Flag("quorum.two_node");
        var lastManStanding = Flag("quorum.last_man_standing");
        var downscale = Flag("quorum.allow_downscale");
        var tieBreakerConfigured = Flag("quorum.auto_tie_breaker");
        var tieBreaker = tieBreakerConfigured ? ReadTieBreaker(out var list) : NoTieBreaker(out list);
        if (twoNode && hasDevice) RefuseService("two_node and a quorum device do not go together", "quorum.two_node");
        var waitForAll = _keys.ContainsKey("quorum.wait_for_all") ? Flag("quorum.wait_for_all") : twoNode;
        if (twoNode && tieBreakerConfigured)
        {
            twoNode = false;
            Warn("two_node is switched off by auto_tie_breaker", "quorum.two_node");
        }

        if (tieBreakerConfigured && sum % 2 == 1 && !waitForAll)
        {
            if (lastManStanding)
            {
                RefuseService(
                    "auto_tie_breaker with last_man_standing and an odd number of votes requires wait_for_all", "quorum.auto_tie_breaker");
            }
            else
            {
                tieBreaker = TieBreaker.None;
                Warn("auto_tie_breaker is switched off: the number of votes is odd", "quorum.auto_tie_breaker");
            }
        }

        if (twoNode && nodes.Count > 2) Warn("two_node is set but the nodelist has more than two nodes", "quorum.two_node");
        var (deviceVotes, expected) = hasDevice
            ? ReadDeviceVotes(nodes, sum, lastManStanding, tieBreakerConfigured, downscale)
            : (0, Number("quorum.expected_votes", sum));
        return new QuorumSettings
        {
            IsEnabled = true,
            Votes = local?.Votes ?? 1,
            ExpectedVotes = expected,
            TwoNode = twoNode,
            WaitForAll = waitForAll,
            IsWaitForAllImplied = !_keys.ContainsKey("quorum.wait_for_all"),
            HasOddVotes = sum % 2 == 1,
            LastManStanding = lastManStanding,
            LastManStandingWindow = Number("quorum.last_man_standing_window", 10000) is var window and > 0 ? window : 10000,
            TieBreaker = tieBreaker,
            TieBreakerConfigured = tieBreakerConfigured,
            TieBreakerNodes = list,
            AllowDownscale = downscale,
            ExpectedVotesTracking = downscale || Flag("quorum.expected_votes_tracking"),
            HasDevice = hasDevice,
            DeviceVotes = deviceVotes,
            DeviceTimeout = Number("quorum.device.timeout", 0) is var timeout and > 0 ? timeout : 10000,
            DeviceSyncTimeout = Number("quorum.device.sync_timeout", 0) is var syncTimeout and > 0 ? syncTimeout : 30000,
        };
    }

    private static TieBreaker NoTieBreaker(out IReadOnlyList<uint> list)
    {
        list = [];
        return TieBreaker.None;
    }

    private TieBreaker ReadTieBreaker(out IReadOnlyList<uint> list)
    {
        list = [];
        var text = Text("quorum.auto_tie_breaker_node", "lowest");
        if (text == "lowest") return TieBreaker.Lowest;
        if (text == "highest") return TieBreaker.Highest;
        var ids = new List<uint>();
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!uint.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var id) || id == 0)
            {
                Warn(
                    $"auto_tie_breaker_node \"{text}\" is neither lowest, highest nor a list of node ids; the tie breaker is off",
                    "quorum.auto_tie_breaker_node");
                return TieBreaker.None;
            }

            ids.Add(id);
        }

        list = ids;
        return ids.Count > 0 ? TieBreaker.List : TieBreaker.None;
    }

    private (uint DeviceVotes, uint Expected) ReadDeviceVotes(
        List<ConfiguredNode> nodes, uint sum, bool lastManStanding, bool tieBreaker, bool downscale)
    {
        if (lastManStanding) RefuseService("a quorum device does not go with last_man_standing", "quorum.last_man_standing");
        if (tieBreaker) RefuseService("a quorum device does not go with auto_tie_breaker", "quorum.auto_tie_breaker");
        if (downscale) RefuseService("a quorum device does not go with allow_downscale", "quorum.allow_downscale");
        var explicitExpected = Number("quorum.expected_votes", 0);
        var votes = Number("quorum.device.votes", 0);
        if (!_keys.ContainsKey("quorum.device.votes"))
        {
            if (explicitExpected > 0) RefuseService("a quorum device with expected_votes needs device.votes", "quorum.expected_votes");
            if (nodes.Exists(n => n.Votes != 1))
            {
                RefuseService("a quorum device needs device.votes when the nodes' votes are not all 1", "quorum.device.model");
            }

            var count = (uint)nodes.Count;
            return (count > 0 ? count - 1 : 0, count > 0 ? (2 * count) - 1 : 0);
        }

        if (explicitExpected > 0 && votes > 0 && explicitExpected < votes + 2)
        {
            RefuseService("expected_votes less device.votes must leave at least 2", "quorum.expected_votes");
        }

        return (votes, explicitExpected > 0 ? explicitExpected : sum);
    }

    private void RefuseService(string message, string key) =>
        Add(ProblemSeverity.Error, message, LineOf(key), ConfigurationProblem.ServiceExitStatus);
}
