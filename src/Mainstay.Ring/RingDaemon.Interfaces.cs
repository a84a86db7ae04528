namespace Mainstay.Ring;

/// <content>What the kernel says of this host's interfaces (docs/ring.md, "Failure detection").</content>
internal sealed partial class RingDaemon
{
    private void WatchInterfaces() =>
        _interfaces.SetLinks(_configuration.LocalNode.Links.Select(l => (l.Link, l.Address)));

    private void ReadInterfaces()
    {
        var now = Now();
        var lost = _interfaces.Read();
        if (lost.Count == 0) return;
        foreach (var link in lost)
        {
            _log.Warning($"link {link}: this host's interface is down or has lost its carrier or its address");
            _link.HandleInterfaceDown(now, link);
        }

        if (_interfaces.IsIsolated) _node.HandleIsolated(now, _outbox);
        CarryOut();
    }
}
