using System.Threading.Channels;
using Mainstay.Manager.Core;

namespace Mainstay.Manager.Storage;

/// <summary>Writes revisions one after another, off the loop; of several that wait only the newest is written.</summary>
internal sealed class StoreQueue(ConfigurationStore store, ManagerLoop loop)
{
    private readonly Channel<StoreRevision> _waiting = Channel.CreateUnbounded<StoreRevision>();

    public void Enqueue(StoreRevision revision) => _waiting.Writer.TryWrite(revision);

    public async Task RunAsync(CancellationToken stopping)
    {
        while (await _waiting.Reader.WaitToReadAsync(stopping).ConfigureAwait(false))
        {
            StoreRevision? newest = null;
            while (_waiting.Reader.TryRead(out var next)) newest = next;
            if (newest is not { } revision) continue;
            var error = store.Write(revision);
            loop.Post((core, now, outbox) => core.HandleStored(now, revision.Ticket, error, outbox));
        }
    }
}
