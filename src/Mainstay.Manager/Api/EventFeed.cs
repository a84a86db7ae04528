using System.Collections.Immutable;
using System.Threading.Channels;
using Mainstay.Client;

namespace Mainstay.Manager.Api;

/// <summary>Events to whoever listens; a listener that does not keep up loses the oldest.</summary>
internal sealed class EventFeed
{
    private const int QueueMax = 1000;

    private ImmutableList<Channel<ManagerEvent>> _listeners = [];

    public void Publish(ManagerEvent item)
    {
        foreach (var listener in _listeners) listener.Writer.TryWrite(item);
    }

    public Channel<ManagerEvent> Listen()
    {
        var channel = Channel.CreateBounded<ManagerEvent>(
            new BoundedChannelOptions(QueueMax) { FullMode = BoundedChannelFullMode.DropOldest });
        ImmutableInterlocked.Update(ref _listeners, list => list.Add(channel));
        return channel;
    }

    public void Forget(Channel<ManagerEvent> channel) => ImmutableInterlocked.Update(ref _listeners, list => list.Remove(channel));
}
