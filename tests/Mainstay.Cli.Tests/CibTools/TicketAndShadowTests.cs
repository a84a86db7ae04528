using Mainstay.Cli.Tests.ClusterTools;

namespace Mainstay.Cli.Tests.CibTools;

/// <summary><c>crm_ticket</c> and <c>crm_shadow</c> on files (spec/cli-crm.md sections 8 and 11).</summary>
public sealed class TicketAndShadowTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mainstay-shadow-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Granting_and_revoking_need_force()
    {
        using var run = ToolRun.OnFile();
        Assert.Equal(4, run.Run("crm_ticket", "-t", "T1", "-g"));
        Assert.Contains("please specify --force", run.Error, StringComparison.Ordinal);
        Assert.Equal(0, run.Run("crm_ticket", "-t", "T1", "--grant", "--force"));
        Assert.Equal(0, run.Run("crm_ticket", "--info"));
        Assert.StartsWith("T1\tgranted           last-granted='", run.Out, StringComparison.Ordinal);
        Assert.Equal(4, run.Run("crm_ticket", "-t", "T1", "-r"));
        Assert.Equal(4, run.Run("crm_ticket", "-t", "T1", "-C"));
        Assert.Equal(0, run.Run("crm_ticket", "-t", "T1", "-r", "-f"));
        Assert.Equal(0, run.Run("crm_ticket", "-t", "T1", "-G", "granted"));
        Assert.Equal("false\n", run.Out);
    }

    [Fact]
    public void Attributes_are_set_shown_and_removed()
    {
        using var run = ToolRun.OnFile(status: "<tickets><ticket_state id='T1' granted='true' last-granted='0'/></tickets>");
        Assert.Equal(0, run.Run("crm_ticket", "-t", "T1", "-S", "owner", "-v", "me"));
        Assert.Equal(0, run.Run("crm_ticket", "-t", "T1", "-s"));
        Assert.Equal(0, run.Run("crm_ticket", "-L"));
        Assert.Equal("T1\tgranted [standby] (granted=true, owner=me)\n", run.Out);
        Assert.Equal(0, run.Run("crm_ticket", "-t", "T1", "-D", "owner"));
        Assert.DoesNotContain("owner", run.Cib, StringComparison.Ordinal);
        Assert.Equal(105, run.Run("crm_ticket", "-t", "T2", "-D", "owner"));
        Assert.Equal(0, run.Run("crm_ticket", "-t", "T1", "-C", "-f"));
        Assert.DoesNotContain("ticket_state", run.Cib, StringComparison.Ordinal);
    }

    [Fact]
    public void Tickets_that_only_constraints_name_are_listed_with_their_constraints()
    {
        using var run = ToolRun.OnFile(
            resources: "<primitive id='a' class='lsb' type='x'/>", constraints: "<rsc_ticket id='c1' rsc='a' ticket='T1'/>");
        Assert.Equal(0, run.Run("crm_ticket", "-w"));
        Assert.Equal("T1\n", run.Out);
        Assert.Equal(0, run.Run("crm_ticket", "-c", "-t", "T1"));
        Assert.Equal("Constraints XML:\n\n<rsc_ticket id=\"c1\" rsc=\"a\" ticket=\"T1\"/>\n", run.Out);
        Assert.Equal(105, run.Run("crm_ticket", "-c", "-t", "T2"));
        Assert.Equal(64, run.Run("crm_ticket"));
        Assert.Equal(64, run.Run("crm_ticket", "-g"));
    }

    [Fact]
    public void A_shadow_is_made_compared_committed_and_deleted()
    {
        using var run = ToolRun.OnFile().With("CIB_shadow_dir", _folder.FullName);
        Assert.Equal(105, run.Run("crm_shadow", "--which"));
        Assert.Equal(0, run.Run("crm_shadow", "--batch", "--create", "trial"));
        Assert.Contains("CIB_shadow=trial ; export CIB_shadow", run.Out, StringComparison.Ordinal);
        Assert.Equal(73, run.Run("crm_shadow", "--batch", "--create", "trial"));

        run.With("CIB_shadow", "trial");
        Assert.Equal(0, run.Run("crm_shadow", "-F"));
        string file = run.Out.Trim();
        Assert.Equal(0, run.Run("crm_shadow", "-d"));
        File.WriteAllText(file, File.ReadAllText(file).Replace("beta", "gamma", StringComparison.Ordinal));
        Assert.Equal(1, run.Run("crm_shadow", "-d"));
        Assert.Contains("gamma", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("gamma", run.Cib, StringComparison.Ordinal);

        Assert.Equal(64, run.Run("crm_shadow", "-C", "trial"));
        Assert.Equal(0, run.Run("crm_shadow", "-C", "trial", "--force"));
        Assert.Contains("gamma", run.Cib, StringComparison.Ordinal);
        Assert.Equal(0, run.Run("crm_shadow", "-D", "trial", "--force"));
        Assert.False(File.Exists(file));
        Assert.Equal(105, run.Run("crm_shadow", "-p"));
    }

    [Fact]
    public void The_name_of_a_shadow_stays_inside_its_folder()
    {
        using var run = ToolRun.OnFile().With("CIB_shadow_dir", _folder.FullName);
        Assert.Equal(64, run.Run("crm_shadow", "-b", "-c", "../elsewhere"));
        Assert.Equal(64, run.Run("crm_shadow", "-b", "-e", "trial", "-v", "pacemaker-77"));
        Assert.Empty(_folder.GetFiles());
    }
}
