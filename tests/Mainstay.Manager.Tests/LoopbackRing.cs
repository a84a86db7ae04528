using System.Threading.Channels;
using Mainstay.Ring.Client;

namespace Mainstay.Manager.Tests;

/// <summary>A ring of one node inside the process.</summary>
internal sealed class LoopbackRing : IRing
{
    private static readonly GroupMember Self = new(1, 100);
    private readonly Channel<RingEvent> _events = Channel.CreateUnbounded<RingEvent>();

    public RingIdentity Identity { get; } = new(1, "loop", [new RingNode(1, "node1", ["127.0.0.1"], 1)]);

    public ChannelReader<RingEvent> Events => _events.Reader;

    public Task JoinAsync(string group, CancellationToken cancellationToken)
    {
        _events.Writer.TryWrite(new RingQuorumChange(new RingConfigurationId(1, 4), true, [1], 1, 1, 1));
        _events.Writer.TryWrite(new RingGroupChange([Self], [], [new GroupMemberChange(Self, GroupChangeReason.Join)]));
        return Task.CompletedTask;
    }

    public Task LeaveAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask MulticastAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        _events.Writer.TryWrite(new RingMessage(Self, payload));
        return ValueTask.CompletedTask;
    }

    public Task<RingStatus> GetStatusAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>The ring daemon dies.</summary>
    public void Break()
    {
        _events.Writer.TryWrite(new RingDisconnected("the ring daemon was killed"));
        _events.Writer.TryComplete();
    }

    public ValueTask DisposeAsync()
    {
        _events.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }
}
