// A chat: every line goes to all members of a group, in one order for all of them.
using System.Text;
using Mainstay.Ring.Client;

var group = args.Length > 0 ? args[0] : "chat";
var socket = Environment.GetEnvironmentVariable(RingClient.SocketVariable) ?? RingClient.DefaultSocketPath;
using var stopping = new CancellationTokenSource();
Console.CancelKeyPress += (_, _) => stopping.Cancel();

await using var ring = await RingClient.ConnectAsync(socket, stopping.Token);
var listening = ListenAsync();
await ring.JoinAsync(group, stopping.Token);
while (await Console.In.ReadLineAsync(stopping.Token) is { } line)
{
    await ring.MulticastAsync(Encoding.UTF8.GetBytes(line), stopping.Token);
}

await ring.LeaveAsync(stopping.Token);
await ring.DisposeAsync();
await listening;

async Task ListenAsync()
{
    await foreach (var happened in ring.Events.ReadAllAsync(stopping.Token))
    {
        if (happened is RingMessage said) Console.WriteLine($"{said.Sender}: {Encoding.UTF8.GetString(said.Payload.Span)}");
        if (happened is RingGroupChange change) Console.WriteLine($"* {change.Members.Count} in {group}");
        if (happened is RingQuorumChange quorum) Console.WriteLine($"* nodes {string.Join(' ', quorum.Members)}");
    }
}
