using System.Runtime.InteropServices;
using Mainstay.Ring.Client;

namespace Mainstay.Ring.Tests;

/// <summary>Files that a configuration names, and what is no file: nobody is kept waiting by it (spec/knet-wire.md section 4).</summary>
public sealed partial class RegularFileTests : IDisposable
{
    private const int KeyLine = 7;

    private readonly string _folder = Directory.CreateTempSubdirectory("mainstay-files-").FullName;

    private string Path => System.IO.Path.Combine(_folder, "file");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    public void A_file_up_to_its_limit_is_read_whole_and_beyond_it_refused_or_cut(int size)
    {
        byte[] content = [.. Enumerable.Range(0, size).Select(i => (byte)(i % 251))];
        File.WriteAllBytes(Path, content);
        Assert.Equal(content, RegularFile.Read(Path, size));
        Assert.Equal(content, RegularFile.Read(Path, int.MaxValue - 1));
        Assert.Equal(content[..(size / 2)], RegularFile.ReadStart(Path, size / 2));
        if (size == 0) return;
        var refusal = Assert.Throws<IOException>(() => RegularFile.Read(Path, size - 1));
        Assert.Equal($"it is larger than {size - 1} bytes", refusal.Message);
    }

    [Fact]
    public void A_file_that_tells_no_size_is_read_whole()
    {
        var status = RegularFile.Read("/proc/self/maps", 64 * 1024 * 1024);
        Assert.True(status.Length > 4096, $"{status.Length} bytes");
        Assert.Throws<IOException>(() => RegularFile.Read("/proc/self/maps", 4096));
    }

    [Fact]
    public void What_is_no_regular_file_is_refused_in_words()
    {
        Assert.Equal("No such file or directory", Refusal());
        Assert.Equal(0, MakePipe(Path, 0x1b6));
        Assert.Equal("it is a named pipe, not a regular file", Refusal());
        File.Delete(Path);
        Directory.CreateDirectory(Path);
        Assert.Equal("it is a directory, not a regular file", Refusal());
        Directory.Delete(Path);
        File.CreateSymbolicLink(Path, "/dev/zero");
        Assert.Equal("it is a character device, not a regular file", Refusal());
        File.Delete(Path);
        File.CreateSymbolicLink(Path, Path);
        Assert.Equal("Too many levels of symbolic links", Refusal());
        File.Delete(Path);
        File.CreateSymbolicLink(Path, "/proc/self/maps");
        Assert.NotEmpty(RegularFile.Read(Path, 64 * 1024 * 1024));

        string Refusal() => Assert.Throws<IOException>(() => RegularFile.Read(Path, 4096)).Message;
    }

    [Theory]
    [InlineData("pipe", "it is a named pipe, not a regular file")]
    [InlineData("folder", "it is a directory, not a regular file")]
    [InlineData("/dev/zero", "it is a character device, not a regular file")]
    public async Task A_key_file_that_is_none_is_refused_at_start_and_at_reload(string what, string reason)
    {
        using var cluster = new DaemonCluster(1);
        var key = cluster.WriteKey(1);
        cluster.Configure($"    crypto_hash: sha256\n    keyfile: {key}\n", transport: "knet");
        cluster.Start(1);
        await using var ring = await cluster.ConnectAsync(1);
        await DaemonCluster.UntilAsync<RingQuorumChange>(ring, q => q.IsQuorate);
        Replace(key, what);
        cluster.HangUpSignal(1);
        var refusal = $"corosync.conf:{KeyLine}: error: Could not open the key file {key}: {reason}";
        await cluster.UntilLoggedAsync(1, refusal);
        await cluster.UntilLoggedAsync(1, "was refused; the running configuration stays");

        // The loop itself reads the key again for a change of the map.
        await ring.Map.SetAsync("totem.token", RingMapValue.Of(1500u), TestContext.Current.CancellationToken);
        await cluster.UntilLoggedAsync(1, "the map of keys");
        Assert.Equal("Operational", (await ring.GetStatusAsync(TestContext.Current.CancellationToken)).State);
        Assert.Equal(8, await cluster.StartAndEndAsync(1));
        Assert.Equal(2, cluster.Log(1).Split(refusal).Length - 1);
    }

    [Theory]
    [InlineData("pipe", "it is a named pipe, not a regular file")]
    [InlineData("folder", "it is a directory, not a regular file")]
    [InlineData("/dev/zero", "it is a character device, not a regular file")]
    public async Task A_configuration_that_is_no_file_is_refused_at_start_and_at_reload(string what, string reason)
    {
        using var cluster = new DaemonCluster(1);
        cluster.Start(1);
        await using var ring = await cluster.ConnectAsync(1);
        await DaemonCluster.UntilAsync<RingQuorumChange>(ring, q => q.IsQuorate);
        Replace(cluster.ConfigFile, what);
        cluster.HangUpSignal(1);
        var refusal = $"corosync.conf: error: the file cannot be read: {reason}";
        await cluster.UntilLoggedAsync(1, refusal);
        await cluster.UntilLoggedAsync(1, "was refused; the running configuration stays");
        Assert.Equal("Operational", (await ring.GetStatusAsync(TestContext.Current.CancellationToken)).State);
        Assert.Equal(8, await cluster.StartAndEndAsync(1));
        Assert.Equal(2, cluster.Log(1).Split(refusal).Length - 1);
    }

    // As the reference: what is no regular file in that folder does not count, a link to nowhere refuses the configuration.
    [Fact]
    public async Task In_the_folder_of_users_pipes_do_not_count_and_a_link_to_nowhere_is_refused()
    {
        using var cluster = new DaemonCluster(1);
        var folder = Directory.CreateDirectory(
            System.IO.Path.Combine(System.IO.Path.GetDirectoryName(cluster.ConfigFile)!, "uidgid.d")).FullName;
        Assert.Equal(0, MakePipe(System.IO.Path.Combine(folder, "pipe"), 0x1b6));
        File.CreateSymbolicLink(System.IO.Path.Combine(folder, "device"), "/dev/zero");
        cluster.Start(1);
        await using var ring = await cluster.ConnectAsync(1);
        await DaemonCluster.UntilAsync<RingQuorumChange>(ring, q => q.IsQuorate);
        File.CreateSymbolicLink(System.IO.Path.Combine(folder, "nowhere"), "/nowhere");
        cluster.HangUpSignal(1);
        await cluster.UntilLoggedAsync(1, "uidgid.d/nowhere: error: the file cannot be read: No such file or directory");
        Assert.Equal("Operational", (await ring.GetStatusAsync(TestContext.Current.CancellationToken)).State);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void Replace(string path, string what)
    {
        File.Delete(path);
        if (what == "pipe") Assert.Equal(0, MakePipe(path, 0x1b6));
        else if (what == "folder") Directory.CreateDirectory(path);
        else File.CreateSymbolicLink(path, what);
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MakePipe(string path, uint mode);
}
