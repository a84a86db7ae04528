namespace Mainstay.Manager.Tests;

/// <summary>A folder for one test, gone with it. The path is short: a unix socket's name has at most 107 bytes.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("mst").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
