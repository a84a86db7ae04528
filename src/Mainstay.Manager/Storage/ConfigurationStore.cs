using System.Globalization;
using System.Text;
using Mainstay.Cib;
using Mainstay.Client;
using Mainstay.Manager.Core;
using Microsoft.Extensions.Logging;

namespace Mainstay.Manager.Storage;

/// <summary>
/// Revisions of the configuration as numbered files in <c>STATE/cib</c>. A write is durable when it returns: temporary file, fsync,
/// rename, fsync of the directory. Beside them <c>cib.xml</c> and <c>cib.xml.sig</c> in the reference's form, for interchange.
/// </summary>
internal sealed class ConfigurationStore
{
    private const int RevisionsMax = 1000;
    private const string Prefix = "revision-";
    private const string Suffix = ".cib";

    private readonly string _directory;
    private readonly ILogger _logger;
    private RevisionFile? _latest;
    private long _latestNumber;

    public ConfigurationStore(string stateDirectory, ILogger logger)
    {
        _directory = Path.Combine(stateDirectory, "cib");
        _logger = logger;
        Directory.CreateDirectory(_directory);
        File.SetUnixFileMode(_directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>The newest sound revision; null where there is none. Damaged ones are set aside.</summary>
    public StoredConfiguration? Load()
    {
        foreach (var number in Numbers().OrderDescending())
        {
            _latestNumber = Math.Max(_latestNumber, number);
            if (TryRead(number, out var reason) is { } revision && CibDocument.Parse(revision.Xml).Document is not null)
            {
                _latest = revision;
                return new StoredConfiguration(revision.Term, revision.Xml, revision.Promised);
            }

            var aside = PathOf(number) + ".damaged";
            _logger.RevisionDamaged(PathOf(number), reason.Length > 0 ? reason : "it is no CIB", aside);
            File.Move(PathOf(number), aside, overwrite: true);
        }

        return null;
    }

    /// <summary>Reads a configuration in the reference's form; refuses a file that does not match the signature beside it.</summary>
    /// <exception cref="InvalidDataException">The file cannot be used; the message says why.</exception>
    public static StoredConfiguration Import(string path)
    {
        var text = File.ReadAllText(path);
        var parsed = CibDocument.Parse(text, path);
        if (parsed.Document is not { } document)
        {
            throw new InvalidDataException(parsed.Problems.Count > 0 ? parsed.Problems[0].ToString() : $"{path} is no CIB");
        }

        var signature = path + ".sig";
        var digest = CibDigest.Version1(document.Root);
        if (File.Exists(signature) && !string.Equals(File.ReadAllText(signature).Trim(), digest, StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidDataException(
                $"{path} does not match {signature}: it was changed by hand. Remove the signature to import it nevertheless.");
        }

        document.Status?.ReplaceWith(new System.Xml.Linq.XElement("status"));
        return new StoredConfiguration(0, document.ToXml(CibPrintStyle.Compact));
    }

    /// <summary>Makes a revision durable. Null, or why it could not be done.</summary>
    public string? Write(StoreRevision store)
    {
        var revision = new RevisionFile(store.Term, store.Promised, store.Version, store.Xml);

        // A new term for the same document replaces its file; the history keeps one file per document.
        var isSame = _latest is { } latest && string.Equals(latest.Xml, store.Xml, StringComparison.Ordinal);
        var number = isSame ? _latestNumber : _latestNumber + 1;
        try
        {
            DurableFile.Write(PathOf(number), revision.ToBytes());
            _latest = revision;
            _latestNumber = number;
            if (!isSame) Export(store.Xml);
            Prune();
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _logger.StoreFailed(exception.Message);
            return exception.Message;
        }
    }

    /// <summary>Revisions on this disk, newest first.</summary>
    public IReadOnlyList<CibRevision> List()
    {
        var revisions = new List<CibRevision>();
        foreach (var number in Numbers().OrderDescending())
        {
            if (TryRead(number, out _) is not { } revision || CibDocument.Parse(revision.Xml).Document is not { } document) continue;
            revisions.Add(new CibRevision(
                number,
                revision.Version,
                new DateTimeOffset(File.GetLastWriteTimeUtc(PathOf(number)), TimeSpan.Zero).ToUnixTimeSeconds(),
                document.Root.Value("update-origin") ?? "",
                document.Root.Value("update-client") ?? "",
                document.Root.Value("update-user") ?? ""));
        }

        return revisions;
    }

    /// <summary>One revision as a document, pretty-printed; null where there is none.</summary>
    public string? Read(long number) =>
        TryRead(number, out _) is { } revision ? CibDocument.Parse(revision.Xml).Document?.ToXml() : null;

    private string PathOf(long number) =>
        Path.Combine(_directory, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{number:00000000}{Suffix}"));

    private IEnumerable<long> Numbers()
    {
        foreach (var path in Directory.EnumerateFiles(_directory, Prefix + "*" + Suffix))
        {
            var name = Path.GetFileNameWithoutExtension(path)[Prefix.Length..];
            if (long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) yield return number;
        }
    }

    private RevisionFile? TryRead(long number, out string reason)
    {
        try
        {
            return RevisionFile.TryRead(File.ReadAllBytes(PathOf(number)), out reason);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            reason = exception.Message;
            return null;
        }
    }

    private void Export(string xml)
    {
        if (CibDocument.Parse(xml).Document is not { } document) return;
        document.Status?.Remove();
        DurableFile.Write(Path.Combine(_directory, "cib.xml"), Encoding.UTF8.GetBytes(document.ToXml()));
        DurableFile.Write(Path.Combine(_directory, "cib.xml.sig"), Encoding.ASCII.GetBytes(CibDigest.Version1(document.Root)));
    }

    private void Prune()
    {
        foreach (var number in Numbers().OrderDescending().Skip(RevisionsMax).ToList()) File.Delete(PathOf(number));
    }
}
