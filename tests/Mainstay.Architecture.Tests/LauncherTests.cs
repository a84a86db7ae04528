using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using Mainstay.Testing;

namespace Mainstay.Architecture.Tests;

/// <summary>The launcher at the root, with a build that is not one, in a tree that is not this one.</summary>
[SupportedOSPlatform("linux")]
public sealed class LauncherTests : IDisposable
{
    /// <summary>Builds a program that says its arguments, and leaves a process behind as the compiler server is.</summary>
    private const string FakeDotnet =
        """
        #!/bin/sh
        [ "$1" = --version ] && { echo 10.0.100; exit 0; }
        [ "$1" = msbuild ] || exit 1
        printf '#!/bin/sh\necho "ran $*"\n' >artifacts/bin/mainstay
        chmod +x artifacts/bin/mainstay
        sleep 600 </dev/null >/dev/null 2>&1 &
        echo $! >>lingering
        """;

    private readonly string _root = Directory.CreateTempSubdirectory("mainstay-launcher-").FullName;

    public LauncherTests()
    {
        File.Copy(Path.Combine(Repository.Root, "mainstay"), Path.Combine(_root, "mainstay"));
        Write("src/Mainstay.Cli/native-tools.txt", "crm_example\n");
        foreach (var file in (string[])["eng/Distribution.proj", "Directory.Build.props", "Directory.Build.targets", "global.json"])
        {
            Write(file, "");
        }

        Write("path/dotnet", FakeDotnet);
        File.SetUnixFileMode(Path.Combine(_root, "path", "dotnet"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private int[] Lingering => File.Exists(Path.Combine(_root, "lingering"))
        ? [.. File.ReadLines(Path.Combine(_root, "lingering")).Select(line => int.Parse(line, CultureInfo.InvariantCulture))]
        : [];

    [Fact]
    public void A_process_that_outlives_the_build_does_not_hold_the_launchers_lock()
    {
        Assert.Equal((0, "ran first run\n"), Launch("first", "run"));
        var left = Assert.Single(Lingering);
        var held = Directory.GetFiles($"/proc/{left}/fd").Select(fd => new FileInfo(fd).LinkTarget).ToArray();
        Assert.NotEmpty(held);
        Assert.DoesNotContain(held, target => target is not null && target.StartsWith(_root, StringComparison.Ordinal));
        Assert.Equal((0, ""), Run("flock", "--nonblock", "artifacts/.lock", "true"));
    }

    [Fact]
    public void Only_a_change_makes_the_launcher_build_again()
    {
        Launch();
        Launch();
        Assert.Single(Lingering);
        Assert.Equal("mainstay", new FileInfo(Path.Combine(_root, "artifacts", "bin", "crm_example")).LinkTarget);
        var built = File.GetLastWriteTimeUtc(Path.Combine(_root, "artifacts", "bin", ".built"));
        File.SetLastWriteTimeUtc(Path.Combine(_root, "global.json"), built.AddSeconds(1));
        Assert.Equal((0, "ran again\n"), Launch("again"));
        Assert.Equal(2, Lingering.Length);
    }

    public void Dispose()
    {
        foreach (var id in Lingering)
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
        }

        Directory.Delete(_root, recursive: true);
    }

    private (int Status, string Output) Launch(params string[] arguments) => Run(Path.Combine(_root, "mainstay"), arguments);

    /// <summary>Runs a program; one that waits for the lock ends with status 124.</summary>
    private (int Status, string Output) Run(string program, params string[] arguments)
    {
        var info = new ProcessStartInfo("timeout", ["60", program, .. arguments])
        {
            WorkingDirectory = _root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        info.Environment["PATH"] = $"{Path.Combine(_root, "path")}:{info.Environment["PATH"]}";
        using var process = Process.Start(info)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    private void Write(string file, string text)
    {
        var path = Path.Combine(_root, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
