namespace Mainstay.Ring.Core.Configuration;

/// <content>A file that is read again: what needs a restart stays as it is (spec/corosync-conf.md sections 2, 4 and 7).</content>
internal sealed partial class ConfigurationBuilder
{
    private static readonly string[] s_fixedKeys =
    [
        "totem.cluster_name", "totem.transport", "totem.netmtu", "totem.threads", "totem.ip_version", "totem.clear_node_high_bit",
        "quorum.provider",
    ];

    // Before anything is made of the keys: what depends on them must be made of those that hold.
    private void KeepFixed(RingConfiguration running)
    {
        foreach (var key in s_fixedKeys)
        {
            var isRunning = running.Keys.TryGetValue(key, out var before);
            var isGiven = _keys.TryGetValue(key, out var given);
            if (isRunning == isGiven && before.Text == given.Text) continue;
            var stays = isRunning ? before.Text : "what holds without it";
            Add(
                ProblemSeverity.Warning,
                $"{key} cannot be changed at run-time; {stays} stays until a restart",
                isGiven ? given.Line : 0,
                ConfigurationProblem.FileExitStatus);
            if (isRunning) _keys[key] = before;
            else _keys.Remove(key);
        }
    }
}
