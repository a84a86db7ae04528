using Mainstay.Lab.Tests.Harness;

namespace Mainstay.Lab.Tests.Agents;

/// <summary>The <c>systemd</c> class on a real systemd (spec/agents.md section 8).</summary>
[Collection("lab")]
public sealed class SystemdTests
{
    [Fact]
    public void Units_are_started_watched_stopped_and_kept_from_restarting_by_themselves()
    {
        LabCluster.SkipWhereImpossible("nginx", "systemctl");
        using var lab = LabCluster.Up("systemd", 1, "--init", "systemd");
        UntilBusAnswers(lab);
        Run(lab, "systemd:nginx", "monitor", 7);
        Run(lab, "systemd:nginx", "start", 0);
        Assert.Equal("active", lab.Shell("n1", "systemctl is-active nginx").Trim());
        Assert.Equal("no", lab.Shell("n1", "systemctl show -P Restart nginx").Trim());
        Assert.Contains("mainstay-manager.service", lab.Shell("n1", "systemctl show -P Before nginx"));
        Assert.Equal("644 755", lab.Shell("n1", "cd /run/systemd/system/nginx.service.d; echo $(stat -c %a 50-mainstay.conf) $(stat -c %a .)").Trim());
        Run(lab, "systemd:nginx", "start", 0);
        Run(lab, "systemd:nginx", "monitor", 0);

        lab.Shell("n1", "systemctl kill -s KILL nginx; while systemctl is-active -q nginx; do sleep 0.05; done");
        Assert.Contains("failed", Run(lab, "systemd:nginx", "monitor", 7));
        Run(lab, "systemd:nginx", "start", 0);
        Run(lab, "systemd:nginx", "stop", 0);
        Run(lab, "systemd:nginx", "stop", 0);
        Run(lab, "systemd:nginx", "monitor", 7);
        Assert.Equal(2, lab.Try("n1", "ls", "/run/systemd/system/nginx.service.d/50-mainstay.conf").ExitCode);
    }

    [Fact]
    public void What_systemd_refuses_is_told_in_its_words()
    {
        LabCluster.SkipWhereImpossible("systemctl");
        using var lab = LabCluster.Up("systemd-bad", 1, "--init", "systemd");
        lab.Write("n1", "/run/systemd/system/broken.service", "[Service]\nType=oneshot\nExecStart=/bin/false\n");
        lab.Write("n1", "/run/systemd/system/slow.service", "[Service]\nType=oneshot\nExecStart=/bin/sleep 600\n");
        UntilBusAnswers(lab);
        lab.Exec("n1", "systemctl", "daemon-reload");

        Assert.Contains("systemd start job for broken.service failed with result 'failed'", Run(lab, "systemd:broken", "start", 1));
        Assert.Contains("systemd unit nosuch.service not found", Run(lab, "systemd:nosuch", "start", 5));
        Run(lab, "systemd:nosuch", "stop", 0);
        Run(lab, "systemd:nosuch", "monitor", 7);
        Assert.Contains("start action for systemd unit slow.service did not complete in time", Run(lab, "systemd:slow", "start", 1, "--timeout", "2"));
        Assert.Contains("(Timeout)", Run(lab, "systemd:slow", "monitor", 1, "--timeout", "2"));
        Assert.Contains("systemd:broken", lab.Exec("n1", Programs.Cli, "agent", "list", "systemd"));
    }

    /// <summary>A host is up for the lab before its systemd has begun to listen on the system bus.</summary>
    private static void UntilBusAnswers(LabCluster lab) => lab.Shell(
        "n1", "for i in $(seq 600); do busctl --system list >/dev/null 2>&1 && exit 0; sleep 0.05; done; echo no system bus >&2; exit 1");

    private static string Run(LabCluster lab, string agent, string action, int exitCode, params string[] options)
    {
        var result = lab.Try("n1", [Programs.Cli, "agent", "run", agent, action, .. options]);
        Assert.True(result.ExitCode == exitCode, $"{agent} {action} ended with {result.ExitCode}, not {exitCode}: {result.Error}");
        return result.Error;
    }
}
