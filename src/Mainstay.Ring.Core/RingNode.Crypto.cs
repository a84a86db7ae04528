using Mainstay.Ring.Core.Messages;
using Mainstay.Totem;

namespace Mainstay.Ring.Core;

/// <content>Change of crypto at run time (spec/knet-wire.md section 2.1, spec/ring-wire.md section 4.4).</content>
public sealed partial class RingNode
{
    /// <summary>
    /// This node understands new crypto settings from now on. Its own message, delivered in the agreed order, is its sign to use them:
    /// <see cref="RingOutputKind.CryptoPhase"/>.
    /// </summary>
    public void AnnounceCrypto(Instant now, RingOutbox outbox)
    {
        SendCryptoPhase(CfgFunction.CryptoActivate);
        Drain(now, outbox);
    }

    private void SendCryptoPhase(uint phase)
    {
        var buffer = new byte[CfgFunction.CryptoReconfigureSize];
        CfgFunction.WriteCryptoReconfigure(buffer, phase);
        _requests.Enqueue(buffer);
    }

    private bool HandleCryptoPhase(uint sender, ReadOnlySpan<byte> bytes, WireOrder order, RingOutbox outbox)
    {
        if (!CfgFunction.TryReadCryptoReconfigure(bytes, order, out var phase)) return false;
        if (sender != Self.Value) return true;
        outbox.Add(new RingOutput { Kind = RingOutputKind.CryptoPhase, Number = phase });
        if (phase == CfgFunction.CryptoActivate) SendCryptoPhase(CfgFunction.CryptoCleanUp);
        return true;
    }
}
