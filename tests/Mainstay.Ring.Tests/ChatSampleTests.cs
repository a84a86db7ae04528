using System.Diagnostics;
using Mainstay.Ring.Client;
using Mainstay.Testing;

namespace Mainstay.Ring.Tests;

/// <summary>The sample of the client library, as its README shows it.</summary>
public sealed class ChatSampleTests
{
    [Fact]
    public void The_readme_shows_the_sample_as_it_is()
    {
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "src", "Mainstay.Ring.Client", "README.md"));
        var sample = File.ReadAllText(Path.Combine(Repository.Root, "samples", "Chat", "Program.cs"));
        Assert.Contains($"```csharp\n{sample.TrimEnd('\n')}\n```", readme, StringComparison.Ordinal);
        Assert.InRange(sample.Split('\n').Length, 10, 34);
    }

    [Fact]
    public async Task Two_who_chat_on_two_nodes_read_the_same_lines()
    {
        using var cluster = new DaemonCluster(2);
        cluster.Start(1);
        cluster.Start(2);
        await using var ring = await cluster.ConnectAsync(1);
        await cluster.UntilLoggedAsync(2, " starts on ");
        await DaemonCluster.UntilAsync<RingQuorumChange>(ring, q => q.Members.Count == 2);
        using var one = Start(cluster.SocketPath(1));
        using var two = Start(cluster.SocketPath(2));
        await UntilAsync(one, "* 2 in talk");
        await UntilAsync(two, "* 2 in talk");
        await one.StandardInput.WriteLineAsync("hello");
        await UntilAsync(one, ": hello");
        await UntilAsync(two, ": hello");
        await two.StandardInput.WriteLineAsync("hello to you");
        await UntilAsync(one, ": hello to you");
        one.StandardInput.Close();
        await UntilAsync(two, "* 1 in talk");
        await one.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(DaemonCluster.Patience, TestContext.Current.CancellationToken);
        Assert.Equal(0, one.ExitCode);
        two.Kill();
    }

    private static Process Start(string socket)
    {
        var info = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "mainstay-chat"), ["talk"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        info.Environment[RingClient.SocketVariable] = socket;
        return Process.Start(info)!;
    }

    private static async Task UntilAsync(Process chat, string end)
    {
        while (await chat.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken)
            .AsTask().WaitAsync(DaemonCluster.Patience, TestContext.Current.CancellationToken) is { } line)
        {
            if (line.EndsWith(end, StringComparison.Ordinal)) return;
        }

        Assert.Fail($"the chat ended before \"{end}\"");
    }
}
