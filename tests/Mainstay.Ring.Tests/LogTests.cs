using Mainstay.Ring.Core.Configuration;

namespace Mainstay.Ring.Tests;

/// <summary>The daemon's log.</summary>
public sealed class LogTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mainstay-log-").FullName;

    private string LogFile => Path.Combine(_folder, "ring.log");

    /// <summary>What logrotate does with <c>copytruncate</c>, and what another program that writes to the same file does.</summary>
    [Fact]
    public void A_log_that_others_cut_and_write_to_goes_on_at_its_end()
    {
        Log("first", "second");
        using (var log = Open())
        {
            log.Notice("third");
            Until(() => File.ReadAllText(LogFile).Contains("third", StringComparison.Ordinal));
            File.WriteAllText(LogFile, string.Empty);
            log.Notice("fourth");
            Until(() => File.ReadAllText(LogFile).Contains("fourth", StringComparison.Ordinal));
            File.AppendAllText(LogFile, "a line of another program\n");
            log.Notice("fifth");
        }

        Assert.Equal(["fourth", "a line of another program", "fifth"], File.ReadAllLines(LogFile).Select(l => l.Split(": ")[^1]));
    }

    [Fact]
    public void A_log_that_was_moved_away_is_made_anew_where_that_is_asked_for()
    {
        using (var log = Open())
        {
            log.Notice("before");
            Until(() => File.Exists(LogFile) && File.ReadAllText(LogFile).Contains("before", StringComparison.Ordinal));
            File.Move(LogFile, LogFile + ".1");
            log.Reopen();
            log.Notice("after");
        }

        Assert.EndsWith("before\n", File.ReadAllText(LogFile + ".1"), StringComparison.Ordinal);
        Assert.EndsWith("after\n", File.ReadAllText(LogFile), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/dev/full", "No space left on device")]
    [InlineData("/nowhere/ring.log", "No such file or directory")]
    public async Task A_log_file_that_takes_nothing_is_told_once_and_the_other_targets_get_everything(string file, string reason)
    {
        using var cluster = new DaemonCluster(1);
        File.AppendAllText(cluster.ConfigFile, $"logging {{\n    to_logfile: yes\n    logfile: {file}\n}}\n");
        cluster.Start(1);
        await using var ring = await cluster.ConnectAsync(1);
        await DaemonCluster.UntilAsync<Client.RingQuorumChange>(ring, q => q.IsQuorate);
        await ring.Administration.ReopenLogsAsync(TestContext.Current.CancellationToken);
        await cluster.UntilLoggedAsync(1, "log files were opened anew");
        Assert.Equal(1, cluster.Log(1).Split($"error: the log file {file} cannot be written: {reason}").Length - 1);
        Assert.True((await ring.GetStatusAsync(TestContext.Current.CancellationToken)).Counters["log.lines_dropped"] > 0);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void Until(Func<bool> holds) =>
        Assert.True(SpinWait.SpinUntil(() => holds(), DaemonCluster.Patience), "the log does not show it");

    private void Log(params string[] lines)
    {
        using var log = Open();
        foreach (var line in lines) log.Notice(line);
    }

    private RingLog Open()
    {
        var log = new RingLog("test");
        log.Apply(LoggingSettings.Default with { ToStderr = false, ToSyslog = false, LogFile = LogFile });
        return log;
    }
}
