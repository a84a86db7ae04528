namespace Mainstay.Lab.Tests.Ring;

/// <summary>Mainstay and real Corosync in one ring over UDP multicast.</summary>
[Collection("lab")]
public sealed class MulticastInteropTests
{
    private const int TokenMs = 1000;
    private const int PerSender = 100;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Two_Corosync_and_one_Mainstay_agree_on_members_order_and_a_crash()
    {
        using var lab = RingLab.Up("udp-2c1m", ["n1", "n2"], TokenMs, options: ["--transport", "udp"]);
        await lab.UntilAgreedAsync(RingLab.Nodes, [1, 2, 3], limit: Patience);
        var listeners = RingLab.Nodes.Select(n => lab.Listen(n, "order", 2 * PerSender)).ToList();
        foreach (var listener in listeners) await listener.UntilLineAsync("three listeners are in the group", Patience, RingLab.IsThreeMembers);
        var senders = new[] { lab.Send("n1", "order", PerSender, "one", 9000), lab.Send("n3", "order", PerSender, "three", 50) };
        foreach (var sender in senders) Assert.Equal(0, sender.WaitForEnd(Patience).ExitCode);
        var orders = listeners.Select(l => RingLab.Messages(l.WaitForEnd(Patience).Output)).ToList();
        Assert.Equal(2 * PerSender, orders[0].Count);
        Assert.Equal(orders[0], orders[1]);
        Assert.Equal(orders[0], orders[2]);

        // Killed, not powered off: the lab's switch does not carry multicast to a host that was powered on again.
        lab.Kill("n2");
        await lab.UntilAgreedAsync(["n1", "n3"], [1, 3], limit: Patience);
        lab.StartRing("n2");
        await lab.UntilAgreedAsync(RingLab.Nodes, [1, 2, 3], limit: Patience);
        lab.Terminate("n3");
        await lab.UntilAgreedAsync(["n1", "n2"], [1, 2], limit: Patience);
    }
}
