namespace Mainstay.Ring.Tests;

/// <summary>One daemon for a run folder; whatever else is wrong with the folder is not taken for a second daemon.</summary>
public sealed class RunLockTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mainstay-lock-").FullName;

    private string LockFile => Path.Combine(_folder, "ring.pid");

    [Fact]
    public void The_lock_is_held_by_one_at_a_time_and_its_file_is_named_to_the_next()
    {
        using (var first = RunLock.TryTake(_folder, out var none))
        {
            Assert.NotNull(first);
            Assert.Empty(none);
            Assert.Null(RunLock.TryTake(_folder, out var holder));
            Assert.Contains(LockFile, holder, StringComparison.Ordinal);
        }

        Assert.Equal($"{Environment.ProcessId}\n", File.ReadAllText(LockFile));
        using var second = RunLock.TryTake(_folder, out _);
        Assert.NotNull(second);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_no_second_daemon()
    {
        var missing = Path.Combine(_folder, "missing");
        var problem = Assert.ThrowsAny<IOException>(() => RunLock.TryTake(missing, out _));
        Assert.Contains(missing, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_cannot_be_opened_is_no_second_daemon()
    {
        File.CreateSymbolicLink(LockFile, LockFile);
        var problem = Assert.ThrowsAny<IOException>(() => RunLock.TryTake(_folder, out _));
        Assert.Contains(LockFile, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_no_second_daemon_and_is_left_unlocked()
    {
        File.CreateSymbolicLink(LockFile, "/dev/full");
        for (var attempt = 0; attempt < 2; attempt++) Assert.ThrowsAny<IOException>(() => RunLock.TryTake(_folder, out _));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
