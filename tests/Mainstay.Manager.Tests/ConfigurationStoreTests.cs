using Mainstay.Cib;
using Mainstay.Manager.Core;
using Mainstay.Manager.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mainstay.Manager.Tests;

public sealed class ConfigurationStoreTests
{
    private static string Document(int epoch)
    {
        var document = CibDocument.CreateEmpty();
        document.Version = new CibVersion(0, epoch, 0);
        return document.ToXml(CibPrintStyle.Compact);
    }

    private static StoreRevision Revision(int epoch, long term = 3) => new(epoch, term, term + 1, $"0.{epoch}.0", Document(epoch));

    private static ConfigurationStore Open(TemporaryFolder folder) => new(folder.Path, NullLogger.Instance);

    [Fact]
    public void What_was_written_is_read_back_after_a_restart()
    {
        using var folder = new TemporaryFolder();
        Assert.Null(Open(folder).Load());
        Assert.Null(Open(folder).Write(Revision(5)));
        var loaded = Open(folder).Load();
        Assert.NotNull(loaded);
        Assert.Equal((3, 4), (loaded.Term, loaded.Promised));
        Assert.Equal(Document(5), loaded.Xml);
    }

    [Fact]
    public void Every_document_is_kept_and_a_new_term_alone_is_no_new_revision()
    {
        using var folder = new TemporaryFolder();
        var store = Open(folder);
        Assert.Null(store.Load());
        Assert.Null(store.Write(Revision(1)));
        Assert.Null(store.Write(Revision(1, term: 9)));
        Assert.Null(store.Write(Revision(2, term: 9)));
        Assert.Equal(["0.2.0", "0.1.0"], store.List().Select(revision => revision.Version));
        Assert.Contains("epoch=\"1\"", store.Read(store.List()[1].Number), StringComparison.Ordinal);
        Assert.Equal(9, Open(folder).Load()?.Term);
    }

    [Fact]
    public void A_damaged_revision_is_set_aside_and_the_one_before_is_used()
    {
        using var folder = new TemporaryFolder();
        var store = Open(folder);
        Assert.Null(store.Load());
        Assert.Null(store.Write(Revision(1)));
        Assert.Null(store.Write(Revision(2)));
        var newest = Directory.EnumerateFiles(folder["cib"], "revision-*.cib").Order(StringComparer.Ordinal).Last();
        var bytes = File.ReadAllBytes(newest);
        bytes[^3] ^= 1;
        File.WriteAllBytes(newest, bytes);
        Assert.Equal(Document(1), Open(folder).Load()?.Xml);
        Assert.True(File.Exists(newest + ".damaged"));
    }

    [Fact]
    public void Any_bytes_are_refused_with_a_reason_and_never_throw()
    {
        var valid = new RevisionFile(1, 2, "0.1.0", "<cib/>").ToBytes();
        var random = new Random(3);
        for (var i = 0; i < 5000; i++)
        {
            var bytes = (byte[])valid.Clone();
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var length = random.Next(bytes.Length + 1);
            var read = RevisionFile.TryRead(bytes.AsSpan(0, length), out var reason);
            if (read is null) Assert.NotEmpty(reason);
        }

        Assert.NotNull(RevisionFile.TryRead(valid, out _));
    }

    [Fact]
    public void A_disk_that_takes_no_writes_is_an_answer_and_leaves_the_last_revision()
    {
        using var folder = new TemporaryFolder();
        var store = Open(folder);
        Assert.Null(store.Load());
        Assert.Null(store.Write(Revision(1)));
        Directory.CreateDirectory(folder["cib/revision-00000002.cib"]);
        Assert.NotNull(store.Write(Revision(2)));
        Directory.Delete(folder["cib/revision-00000002.cib"]);
        Assert.Equal(Document(1), Open(folder).Load()?.Xml);
    }

    [Fact]
    public void An_exported_cib_is_imported_with_its_signature_checked()
    {
        using var folder = new TemporaryFolder();
        var store = Open(folder);
        Assert.Null(store.Load());
        Assert.Null(store.Write(Revision(7)));
        var path = folder["cib/cib.xml"];
        Assert.Contains("epoch=\"7\"", ConfigurationStore.Import(path).Xml, StringComparison.Ordinal);
        File.WriteAllText(path, File.ReadAllText(path).Replace("epoch=\"7\"", "epoch=\"8\"", StringComparison.Ordinal));
        var refused = Assert.Throws<InvalidDataException>(() => ConfigurationStore.Import(path));
        Assert.Contains("changed by hand", refused.Message, StringComparison.Ordinal);
    }
}
