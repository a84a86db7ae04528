using System.Text;
using System.Xml.Linq;

namespace Mainstay.Cli.Configuration;

/// <summary>A CIB in a file (<c>-f FILE</c>, <c>CIB_file</c>).</summary>
internal sealed class FileCibStore : ICibStore
{
    private readonly string _path;

    /// <summary>A store over the file; nothing is opened yet.</summary>
    public FileCibStore(string path) => _path = path;

    /// <inheritdoc/>
    public bool IsLive => false;

    /// <inheritdoc/>
    public XDocument Read() => Load(_path);

    /// <summary>Reads any CIB file.</summary>
    /// <exception cref="CommandFailure">It cannot be read or parsed; the message names file and line.</exception>
    public static XDocument Load(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return CibXml.Load(stream, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"unable to load cib from '{path}': {e.Message}");
        }
    }

    /// <inheritdoc/>
    public void Write(XDocument original, XDocument changed)
    {
        CibXml.BumpVersion(original, changed);

        // Temporary file, flush, rename: a crash leaves the old file or the new one, never half of it. A link stays a link.
        var target = File.ResolveLinkTarget(_path, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(_path);
        var temporary = target + ".mainstay-" + Environment.ProcessId;
        try
        {
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write))
            {
                stream.Write(Encoding.UTF8.GetBytes(CibXml.Print(changed)));
                stream.Flush(flushToDisk: true);
            }

            if (!OperatingSystem.IsWindows() && File.Exists(target))
            {
                File.SetUnixFileMode(temporary, File.GetUnixFileMode(target));
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            File.Delete(temporary);
            throw new CommandFailure($"unable to write cib to '{_path}': {e.Message}");
        }
    }
}
