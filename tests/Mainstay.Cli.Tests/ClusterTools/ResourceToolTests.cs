namespace Mainstay.Cli.Tests.ClusterTools;

public sealed class ResourceToolTests
{
    private const string Web = """<primitive id="web" class="ocf" provider="heartbeat" type="Dummy"/>""";

    private const string OnAlpha = """
        <node_state id="1" uname="alpha" in_ccm="true" crmd="online" join="member" expected="member"><lrm id="1"><lrm_resources>
        <lrm_resource id="web" class="ocf" provider="heartbeat" type="Dummy">
        <lrm_rsc_op id="web_last_0" operation_key="web_start_0" operation="start"
        transition-key="1:1:0:00000000-0000-0000-0000-000000000000" transition-magic="0:0;1:1:0:00000000-0000-0000-0000-000000000000"
        call-id="5" rc-code="0" op-status="0" interval="0"/></lrm_resource></lrm_resources></lrm></node_state>
        """;

    [Fact]
    public void A_resource_is_located()
    {
        using var run = ToolRun.OnFile(Web, status: OnAlpha);

        Assert.Equal(0, run.Run("crm_resource", "-W", "-r", "web"));
        Assert.Equal("resource web is running on: alpha\n", run.Out);
        Assert.Equal(0, run.Run("crm_resource", "-W", "-r", "web", "-Q"));
        Assert.Equal("alpha\n", run.Out);
    }

    [Fact]
    public void A_stopped_resource_is_not_running_and_an_unknown_one_gives_105()
    {
        using var run = ToolRun.OnFile(Web);

        Assert.Equal(0, run.Run("crm_resource", "-W", "-r", "web"));
        Assert.Equal("resource web is NOT running\n", run.Out);
        Assert.Equal(105, run.Run("crm_resource", "-W", "-r", "nope"));
    }

    [Fact]
    public void Utilization_is_set_shown_and_deleted_in_the_words_that_agents_parse()
    {
        using var run = ToolRun.OnFile(Web);

        Assert.Equal(0, run.Run("crm_resource", "-Q", "-r", "web", "-z", "-g", "cpu"));
        Assert.Equal("Attribute 'cpu' not found for 'web'\n", run.Error);
        Assert.Equal(0, run.Run("crm_resource", "-r", "web", "-z", "-p", "cpu", "-v", "3"));
        Assert.Equal("Set 'web' option: id=web-utilization-cpu set=web-utilization name=cpu value=3\n", run.Out);
        Assert.Equal(0, run.Run("crm_resource", "-Q", "-r", "web", "-z", "-g", "cpu"));
        Assert.Equal("3\n", run.Out);
        Assert.Equal(0, run.Run("crm_resource", "--resource=web", "--utilization", "--delete-parameter=cpu"));
        Assert.Equal("Deleted 'web' option: id=web-utilization-cpu name=cpu\n", run.Out);
    }

    [Fact]
    public void A_quiet_ban_makes_its_constraint_and_clear_removes_it()
    {
        using var run = ToolRun.OnFile(Web, status: OnAlpha);

        Assert.Equal(0, run.Run("crm_resource", "-B", "-r", "web", "-N", "alpha", "-Q"));
        Assert.Empty(run.Out);
        Assert.Contains("""<rsc_location id="cli-ban-web-on-alpha" rsc="web" role="Started" node="alpha" score="-INFINITY"/>""", run.Cib,
            StringComparison.Ordinal);
        Assert.Equal(0, run.Run("crm_resource", "-U", "-r", "web"));
        Assert.Equal("Removing constraint: cli-ban-web-on-alpha\n", run.Out);
        Assert.DoesNotContain("cli-ban", run.Cib, StringComparison.Ordinal);
    }

    [Fact]
    public void Moving_to_where_the_resource_is_gives_108()
    {
        using var run = ToolRun.OnFile(Web, status: OnAlpha);

        Assert.Equal(108, run.Run("crm_resource", "-M", "-r", "web", "-N", "alpha"));
        Assert.Equal(0, run.Run("crm_resource", "-M", "-r", "web", "-N", "beta"));
        Assert.Contains("cli-prefer-web", run.Cib, StringComparison.Ordinal);
    }

    [Fact]
    public void Operations_end_in_their_state()
    {
        using var run = ToolRun.OnFile(Web, status: OnAlpha);

        Assert.Equal(0, run.Run("crm_resource", "--list-operations", "-N", "alpha"));
        Assert.StartsWith(
            "web\t(ocf:heartbeat:Dummy):\t Started: web_start_0 (node=alpha, call=5, rc=0", run.Out, StringComparison.Ordinal);
        Assert.EndsWith("): Done\n", run.Out, StringComparison.Ordinal);
    }
}
