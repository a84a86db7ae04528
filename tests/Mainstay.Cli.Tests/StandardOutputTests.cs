using System.Diagnostics;

namespace Mainstay.Cli.Tests;

/// <summary>The process's real standard output; everything else tests in process.</summary>
public sealed class StandardOutputTests
{
    /// <summary>A stream with a position of its own overwrote what an earlier command had written to the same redirection.</summary>
    [Fact]
    public void Two_commands_that_share_a_redirection_write_one_after_the_other()
    {
        var file = Path.GetTempFileName();
        try
        {
            var exitCode = Shell("(\"$1\" --version; \"$1\" --version) >\"$2\"", file);

            Assert.Equal(0, exitCode);
            Assert.Equal(2, File.ReadAllLines(file).Length);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_full_disk_behind_a_redirection_is_a_failure() => Assert.NotEqual(0, Shell("\"$1\" --version >/dev/full", ""));

    private static int Shell(string script, string file)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "mainstay");
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", script, "sh", program, file]) { UseShellExecute = false })!;
        shell.WaitForExit();
        return shell.ExitCode;
    }
}
