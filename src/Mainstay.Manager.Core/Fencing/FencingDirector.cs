namespace Mainstay.Manager.Core;

/// <summary>What a fencing operation does next.</summary>
internal abstract record FencingStep;

/// <summary>Answers or a running device are waited for.</summary>
internal sealed record FencingWait : FencingStep
{
    public static FencingWait Instance { get; } = new();
}

/// <summary>A device is run.</summary>
internal sealed record FencingRun(FenceAttempt Attempt) : FencingStep;

/// <summary>The operation is over.</summary>
internal sealed record FencingFinish(bool IsSuccess, string? Delegate, string? Device, string? Reason, bool IsNoDevice) : FencingStep;

/// <summary>
/// Decides from the replicated facts alone who runs which device next (spec/fencing.md sections 3.3, 4 and 5), so that a new coordinator
/// goes on where the last one stopped.
/// </summary>
internal static class FencingDirector
{
    public static FencingStep Next(ReplicatedState state, FencingOperation operation)
    {
        if (operation.Running is not null) return FencingWait.Instance;
        var levels = FencingTopology.LevelsFor(state.Configuration, operation.Target);
        return levels.Count == 0 ? NextFreely(state, operation) : NextInTopology(state, operation, levels);
    }

    private static bool IsQueryComplete(FencingOperation operation) => operation.Asked.Count == 0 || operation.IsQueryOver;

    private static FencingStep NextFreely(ReplicatedState state, FencingOperation operation)
    {
        if (operation.Attempts is [.., { IsSuccess: true } last]) return Success(state, last);
        var isComplete = IsQueryComplete(operation);
        foreach (var (node, offer) in InPreference(state, operation))
        {
            if (operation.Attempts.Exists(attempt => attempt.NodeId == node && attempt.Device == offer.Device)) continue;
            var isPreferred = offer.IsVerified && node != TargetId(state, operation);
            if (!isPreferred && !isComplete) return FencingWait.Instance;
            return Run(operation, level: 0, node, offer, operation.Action);
        }

        if (!isComplete) return FencingWait.Instance;
        return operation.Attempts is [.., { } failed]
            ? new FencingFinish(
                IsSuccess: false, state.NodeName(failed.NodeId), failed.Device, Reason(operation, failed), IsNoDevice: false)
            : new FencingFinish(IsSuccess: false, Delegate: null, Device: null, "No device can fence the target", IsNoDevice: true);
    }

    private static FencingStep NextInTopology(ReplicatedState state, FencingOperation operation, IReadOnlyList<TopologyLevel> levels)
    {
        foreach (var level in levels)
        {
            if (NextInLevel(state, operation, level) is { } step) return step;
        }

        var last = operation.Attempts is [.., { } failed] ? $"; the last: {Reason(operation, failed)}" : "";
        var reason = "All topology levels failed" + last;
        return new FencingFinish(IsSuccess: false, Delegate: null, Device: null, reason, IsNoDevice: operation.Attempts.Count == 0);
    }

    /// <summary>The level's next step; null where the level has failed.</summary>
    private static FencingStep? NextInLevel(ReplicatedState state, FencingOperation operation, TopologyLevel level)
    {
        // Redundant power supplies: a reboot is off everywhere, then on everywhere; the second half cannot spoil the result.
        var isSplit = operation.Action == "reboot" && level.Devices.Count > 1;
        FenceAttempt? last = null;
        foreach (var action in (ReadOnlySpan<string>)(isSplit ? ["off", "on"] : [operation.Action]))
        {
            var isOptional = isSplit && action == "on";
            foreach (var device in level.Devices)
            {
                var attempts = operation.Attempts.FindAll(attempt =>
                    attempt.Level == level.Index && attempt.Device == device && attempt.Action == action);
                if (attempts.Find(attempt => attempt.IsSuccess) is { } success)
                {
                    if (!isOptional) last = success;
                    continue;
                }

                if (attempts.Exists(attempt => !attempt.IsUnanswered))
                {
                    if (isOptional) continue;
                    return null;
                }

                var peer = InPreference(state, operation)
                    .FirstOrDefault(
                        candidate => candidate.Offer.Device == device && !attempts.Exists(attempt => attempt.NodeId == candidate.Node));
                if (peer.Offer is not null) return Run(operation, level.Index, peer.Node, peer.Offer, action);
                if (!IsQueryComplete(operation)) return FencingWait.Instance;
                if (!isOptional) return null;
            }
        }

        return last is null ? null : Success(state, last);
    }

    /// <summary>Verified peers, then other peers, last the target itself (spec/fencing.md section 3.3).</summary>
    private static IEnumerable<(uint Node, DeviceOffer Offer)> InPreference(ReplicatedState state, FencingOperation operation)
    {
        var target = TargetId(state, operation);
        return operation.Offers
            .Where(pair => state.IsMember(pair.Key))
            .SelectMany(pair => pair.Value.Select((offer, index) => (Node: pair.Key, Offer: offer, Index: index)))
            .Where(item => CanDo(item.Offer, operation.Action))
            .OrderBy(item => item.Node == target ? 2 : item.Offer.IsVerified ? 0 : 1)
            .ThenBy(item => item.Node)
            .ThenBy(item => item.Index)
            .Select(item => (item.Node, item.Offer));
    }

    private static bool CanDo(DeviceOffer offer, string action) =>
        offer.Actions.Contains(action, StringComparer.Ordinal)
        || (action == "reboot" && offer.Actions.Contains("off", StringComparer.Ordinal));

    private static uint TargetId(ReplicatedState state, FencingOperation operation) => state.FindNode(operation.Target)?.Id ?? 0;

    private static FencingRun Run(FencingOperation operation, int level, uint node, DeviceOffer offer, string action) =>
        new(new FenceAttempt
        {
            Level = level,
            NodeId = node,
            Device = offer.Device,
            Action = action,
            TimeoutMs = offer.TimeoutMs > 0 ? offer.TimeoutMs : operation.TimeoutMs,
            DelayMs = operation.Attempts.Count == 0 || operation.DelayMs < 0 ? operation.DelayMs : 0,
        });

    private static FencingFinish Success(ReplicatedState state, FenceAttempt attempt) =>
        new(IsSuccess: true, state.NodeName(attempt.NodeId), attempt.Device, Reason: null, IsNoDevice: false);

    private static string Reason(FencingOperation operation, FenceAttempt failed) =>
        failed.Reason.Length > 0 ? failed.Reason : $"Couldn't fence {operation.Target} with {failed.Device}";
}
