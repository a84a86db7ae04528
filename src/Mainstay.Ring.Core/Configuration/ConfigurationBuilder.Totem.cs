using System.Globalization;

namespace Mainstay.Ring.Core.Configuration;

/// <content>Section <c>totem</c>: timers, interfaces and the published values (spec/totem.md section 2).</content>
internal sealed partial class ConfigurationBuilder
{
    private const uint TimerMin = 30;
    private const uint HoldMin = 14;

    private TotemSection ReadTotem(RingTransport transport, int nodeCount)
    {
        var token = NonZero("token", 3000);
        if (_keys.ContainsKey("totem.token")) CheckTimer("token", token, TimerMin, "token timeout");
        if (nodeCount > 2) token += (uint)(nodeCount - 2) * NonZero("token_coefficient", 650);
        var beforeLoss = NonZero("token_retransmits_before_loss_const", 4);
        var retransmit = NonZero("token_retransmit", (uint)(token * 10UL / ((beforeLoss * 10UL) + 2)));
        var settings = new TotemSection
        {
            Transport = transport,
            ClusterName = Text("totem.cluster_name", string.Empty),
            ConfigVersion = ulong.TryParse(Text("totem.config_version", "0"), NumberStyles.None, CultureInfo.InvariantCulture, out var v)
                ? v
                : 0,
            Token = token,
            TokenWarning = Number("totem.token_warning", 75),
            TokenRetransmitsBeforeLoss = beforeLoss,
            TokenRetransmit = retransmit,
            Hold = NonZero("hold", (uint)Math.Max(0, ((retransmit * 8L) - 100) / 10)),
            Join = NonZero("join", 50),
            SendJoin = Number("totem.send_join", 0),
            Consensus = NonZero("consensus", (uint)(token * 12UL / 10)),
            Merge = NonZero("merge", 200),
            DownCheck = NonZero("downcheck", 1000),
            FailToReceive = NonZero("fail_recv_const", 2500),
            SeqnoUnchanged = NonZero("seqno_unchanged_const", 30),
            HeartbeatFailuresAllowed = Number("totem.heartbeat_failures_allowed", 0),
            MaxNetworkDelay = NonZero("max_network_delay", 50),
            WindowSize = NonZero("window_size", 50),
            MaxMessages = NonZero("max_messages", 17),
            AcceleratedWindow = Number("totem.accelerated_window", 0),
            MissCount = NonZero("miss_count_const", 5),
            CancelTokenHoldOnRetransmit = Text("totem.cancel_token_hold_on_retransmit", "no") == "yes",
            BlockUnlistedIps = Text("totem.block_unlisted_ips", "yes") != "no",
            NetMtu = NonZero("netmtu", transport == RingTransport.Knet ? 65536u : 1500u),
            Port = (int)Number("totem.interface.0.mcastport", 5405),
        };
        CheckTotem(settings);
        return settings;
    }

    private void CheckTotem(TotemSection settings)
    {
        CheckTimer("token_retransmit", settings.TokenRetransmit, TimerMin, "token retransmit timeout");
        CheckTimer("hold", settings.Hold, HoldMin, "token hold timeout");
        CheckTimer("join", settings.Join, TimerMin, "join timeout");
        CheckTimer("consensus", settings.Consensus, TimerMin, "consensus timeout");
        CheckTimer("merge", settings.Merge, TimerMin, "merge timeout");
        CheckTimer("downcheck", settings.DownCheck, TimerMin, "downcheck timeout");
        CheckTimer("max_network_delay", settings.MaxNetworkDelay, TimerMin, "max_network_delay");
        if (settings.Consensus >= TimerMin && settings.Consensus < settings.Join)
        {
            Refuse(
                $"The consensus timeout parameter ({settings.Consensus} ms) may not be less than join timeout ({settings.Join} ms).",
                LineOf("totem.consensus"));
        }

        if (settings.TokenWarning > 100)
        {
            Refuse(
                $"The token warning parameter ({settings.TokenWarning}%) must be between 0 (disabled) and 100.",
                LineOf("totem.token_warning"));
        }

        if (settings.Consensus < settings.Token)
        {
            Warn(
                $"the consensus timeout ({settings.Consensus} ms) is below the token timeout ({settings.Token} ms);"
                    + " 1.2 times the token is usual",
                "totem.consensus");
        }

        if (Text("totem.link_mode", "passive") is not ("passive" or "active" or "rr"))
        {
            Refuse(
                $"The Knet link mode \"{Text("totem.link_mode", "")}\" specified is invalid.  It must be active, passive or rr.",
                LineOf("totem.link_mode"));
        }

        if (_keys.ContainsKey("totem.nodeid")) Warn("totem.nodeid is obsolete and ignored; use the nodelist", "totem.nodeid");
        if (_keys.ContainsKey("totem.rrp_mode")) Warn("totem.rrp_mode belongs to the previous generation and is ignored", "totem.rrp_mode");
    }

    private void CheckTimer(string key, uint value, uint minimum, string name)
    {
        if (value >= minimum) return;
        Refuse($"The {name} parameter ({value} ms) may not be less than ({minimum} ms).", LineOf($"totem.{key}"));
    }

    private void CheckInterfaces(RingTransport transport)
    {
        foreach (var (key, value) in _keys)
        {
            if (!key.StartsWith("totem.interface.", StringComparison.Ordinal)) continue;
            var parts = key.Split('.', 4);
            if (parts.Length < 4 || !int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var link)) continue;
            CheckInterface(transport, link, parts[3], value);
        }
    }

    private void CheckInterface(RingTransport transport, int link, string key, CmapValue value)
    {
        if (link >= LinkCountMax)
        {
            Refuse($"interface ring number {link} is bigger than allowed maximum {LinkCountMax - 1}", value.Line);
            return;
        }

        if (link > 0 && key != "linknumber" && !_keys.ContainsKey($"nodelist.node.0.ring{link}_addr"))
        {
            Refuse($"interface {link} is configured but the nodes have no ring{link}_addr", value.Line);
        }

        switch (key)
        {
            case "mcastport" when value.Text == "0":
                Refuse($"mcastport of interface {link} must not be 0", value.Line);
                break;
            case "ttl" when transport != RingTransport.Udp && value.Text != "1":
                Refuse($"Can only set ttl on multicast transport types for interface {link}", value.Line);
                break;
            case "knet_transport" when value.Text is not ("udp" or "sctp"):
                Refuse("Unrecognised knet_transport. expected 'udp' or 'sctp'", value.Line);
                break;
            case "bindnetaddr":
                Warn("bindnetaddr is used together with nodelist; the nodelist is used", $"totem.interface.{link}.bindnetaddr");
                break;
            default:
                break;
        }
    }

    /// <summary>Adds what the reference publishes beside the file's own keys (cases/corosync-conf, *.keys).</summary>
    private void PublishKeys(TotemSection totem, ConfiguredNode local, MulticastSection? multicast)
    {
        void Publish(string name, uint value) => _keys[$"runtime.config.totem.{name}"] = CmapValue.Of(value);
        Publish("block_unlisted_ips", totem.BlockUnlistedIps ? 1u : 0u);
        Publish("cancel_token_hold_on_retransmit", totem.CancelTokenHoldOnRetransmit ? 1u : 0u);
        Publish("consensus", totem.Consensus);
        Publish("downcheck", totem.DownCheck);
        Publish("fail_recv_const", totem.FailToReceive);
        Publish("heartbeat_failures_allowed", totem.HeartbeatFailuresAllowed);
        Publish("hold", totem.Hold);
        Publish("join", totem.Join);
        Publish("knet_compression_threshold", Number("totem.knet_compression_threshold", 0));
        Publish("knet_mtu", Number("totem.knet_mtu", 0));
        Publish("knet_pmtud_interval", NonZero("knet_pmtud_interval", 30));
        Publish("max_messages", totem.MaxMessages);
        Publish("max_network_delay", totem.MaxNetworkDelay);
        Publish("merge", totem.Merge);
        Publish("miss_count_const", totem.MissCount);
        Publish("send_join", totem.SendJoin);
        Publish("seqno_unchanged_const", totem.SeqnoUnchanged);
        Publish("token", totem.Token);
        Publish("token_retransmit", totem.TokenRetransmit);
        Publish("token_retransmits_before_loss_const", totem.TokenRetransmitsBeforeLoss);
        Publish("token_warning", totem.TokenWarning);
        Publish("window_size", totem.WindowSize);
        _keys["runtime.config.totem.knet_compression_model"] = CmapValue.Of(Text("totem.knet_compression_model", "none"));
        _keys["runtime.config.totem.knet_compression_level"] = new CmapValue(
            CmapValueType.Int32, Text("totem.knet_compression_level", "0"), 0);
        foreach (var (link, text, _) in local.Links)
        {
            var (interval, timeout, _) = PingTimes(link, totem.Token);
            Publish($"interface.{link}.knet_ping_interval", interval);
            Publish($"interface.{link}.knet_ping_timeout", timeout);
            _keys[$"totem.interface.{link}.bindnetaddr"] = CmapValue.Of(text);
        }

        if (multicast is not null) PublishMulticast(totem, multicast);
    }

    private uint NonZero(string key, uint fallback) => Number($"totem.{key}", 0) is var value and > 0 ? value : fallback;

    private void Warn(string message, string key) => Add(ProblemSeverity.Warning, message, LineOf(key), 0);
}
