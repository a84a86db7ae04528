using System.Runtime.InteropServices;
using Mainstay.Ring.Client;

namespace Mainstay.Ring.Tests;

/// <summary>The ring id on disk (spec/totem.md section 9.1), and disks that do not take it.</summary>
public sealed partial class StorageTests
{
    private const int FileSizeLimit = 1;
    private const int FailedExitCode = 15;

    [Fact]
    public void A_stored_sequence_is_found_again_in_eight_private_bytes()
    {
        var folder = Directory.CreateTempSubdirectory("mainstay-ring-store-").FullName;
        try
        {
            var file = Path.Combine(folder, "ringid_7");
            using (var store = RingStore.Open(folder, 7))
            {
                Assert.Equal((0ul, false), (store.Sequence, store.WasTorn));
                Assert.Equal(new byte[8], File.ReadAllBytes(file));
                store.WriteSequence(0x1234);
            }

            Assert.Equal([0x34, 0x12, 0, 0, 0, 0, 0, 0], File.ReadAllBytes(file));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            using (var store = RingStore.Open(folder, 7)) Assert.Equal((0x1234ul, false), (store.Sequence, store.WasTorn));
            File.WriteAllBytes(file, [1, 2, 3]);
            using (var store = RingStore.Open(folder, 7)) Assert.Equal((0ul, true), (store.Sequence, store.WasTorn));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_full_disk_is_noticed_before_the_first_packet()
    {
        using var cluster = new DaemonCluster(1);
        Directory.CreateDirectory(cluster.StateFolder(1));
        var file = Path.Combine(cluster.StateFolder(1), "ringid_1");
        File.CreateSymbolicLink(file, "/dev/full");
        Assert.Equal(FailedExitCode, await cluster.StartAndEndAsync(1));
        Assert.Contains($"error: the ring id cannot be stored in {file}: No space left on device", cluster.Log(1),
            StringComparison.Ordinal);
        Assert.DoesNotContain(" starts on ", cluster.Log(1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_folder_on_a_full_disk_is_not_taken_for_another_daemon()
    {
        using var cluster = new DaemonCluster(1);
        var file = Path.Combine(Directory.CreateDirectory(cluster.RunFolder(1) + "-full").FullName, "ring.pid");
        File.CreateSymbolicLink(file, "/dev/full");
        Assert.Equal(FailedExitCode, await cluster.StartAndEndAsync(1, cluster.RunFolder(1) + "-full"));
        Assert.DoesNotContain("another mainstay-ring", cluster.Log(1), StringComparison.Ordinal);
        Assert.Contains(" error: ", cluster.Log(1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ring_id_that_cannot_be_opened_is_named()
    {
        using var cluster = new DaemonCluster(1);
        var file = Path.Combine(cluster.StateFolder(1), "ringid_1");
        Directory.CreateDirectory(file);
        Assert.Equal(FailedExitCode, await cluster.StartAndEndAsync(1));
        Assert.Contains(file, cluster.Log(1), StringComparison.Ordinal);
        Assert.DoesNotContain(" starts on ", cluster.Log(1), StringComparison.Ordinal);
    }

    /// <summary>
    /// The disk fails under a running daemon, when the next ring is about to form: the id is not used, the others form a ring without this
    /// node, and every further start says why it does not take part.
    /// </summary>
    [Fact]
    public async Task A_ring_whose_id_cannot_be_stored_is_not_formed()
    {
        using var cluster = new DaemonCluster(2);
        var failing = cluster.Start(1, isLimitIgnored: true);
        await using (var ring = await cluster.ConnectAsync(1))
        {
            var alone = await DaemonCluster.UntilAsync<RingQuorumChange>(ring, change => change.Members.SequenceEqual([1u]));
            var file = Path.Combine(cluster.StateFolder(1), "ringid_1");
            var stored = File.ReadAllBytes(file);
            Assert.Equal(alone.Ring.Sequence, BitConverter.ToUInt64(stored));
            var limit = new Limit { Soft = 0, Hard = 0 };
            Assert.Equal(0, SetLimit(failing.Id, FileSizeLimit, limit, 0));
            cluster.Start(2);
            await using var other = await cluster.ConnectAsync(2);
            await failing.WaitForExitAsync(TestContext.Current.CancellationToken)
                .WaitAsync(DaemonCluster.Patience, TestContext.Current.CancellationToken);
            Assert.True(failing.ExitCode == FailedExitCode, $"ended with {failing.ExitCode}: {cluster.Log(1)}");
            Assert.Contains($"error: the ring id cannot be stored in {file}: ", cluster.Log(1), StringComparison.Ordinal);
            Assert.Contains("this node takes part in no ring until it can", cluster.Log(1), StringComparison.Ordinal);
            Assert.Equal(stored, File.ReadAllBytes(file));
            await DaemonCluster.UntilAsync<RingQuorumChange>(other, change =>
            {
                Assert.DoesNotContain(1u, change.Members);
                return change.Members.SequenceEqual([2u]);
            });
            Assert.DoesNotContain("Members: 1 2", cluster.Log(1) + cluster.Log(2), StringComparison.Ordinal);
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public ulong Soft;
        public ulong Hard;
    }

    [DllImport("libc", EntryPoint = "prlimit64")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetLimit(int process, int resource, in Limit wanted, nint before);
}
