namespace Mainstay.Cli.Tests.ClusterTools;

public sealed class AttributeToolTests
{
    [Fact]
    public void A_cluster_option_that_was_set_is_shown_with_its_scope_or_alone()
    {
        using var run = ToolRun.OnFile();

        Assert.Equal(0, run.Run("crm_attribute", "-n", "no-quorum-policy", "-v", "freeze"));
        Assert.Empty(run.Out);
        Assert.Equal(0, run.Run("crm_attribute", "--type=crm_config", "--name=no-quorum-policy", "--query"));
        Assert.Equal("scope=crm_config name=no-quorum-policy value=freeze\n", run.Out);
        Assert.Equal(0, run.Run("crm_attribute", "-n", "no-quorum-policy", "-G", "-q"));
        Assert.Equal("freeze\n", run.Out);
        Assert.Contains("id=\"cib-bootstrap-options-no-quorum-policy\"", run.Cib, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_set_gives_105_and_nothing_on_standard_output_unless_there_is_a_default()
    {
        using var run = ToolRun.OnFile();

        Assert.Equal(105, run.Run("crm_attribute", "-n", "nope", "-G", "-q"));
        Assert.Empty(run.Out);
        Assert.Contains("No such device or address", run.Error, StringComparison.Ordinal);
        Assert.Equal(0, run.Run("crm_attribute", "-n", "nope", "-G", "-q", "--default", ""));
        Assert.Equal("\n", run.Out);
    }

    [Fact]
    public void A_node_is_taken_from_what_the_agent_was_told()
    {
        using var run = ToolRun.OnFile().With("OCF_RESKEY_CRM_meta_on_node", "beta");

        Assert.Equal(0, run.Run("crm_attribute", "-l", "forever", "-n", "rack", "-v", "7"));
        Assert.Contains("id=\"nodes-2-rack\"", run.Cib, StringComparison.Ordinal);
        run.With("OCF_RESKEY_CRM_meta_container_attribute_target", "host").With("OCF_RESKEY_CRM_meta_physical_host", "alpha");
        Assert.Equal(0, run.Run("crm_attribute", "-l", "forever", "-n", "rack", "-v", "8"));
        Assert.Contains("id=\"nodes-1-rack\"", run.Cib, StringComparison.Ordinal);
    }

    [Fact]
    public void A_promotion_score_is_that_of_the_calling_agents_instance()
    {
        using var run = ToolRun.OnFile(status: """<node_state id="1" uname="alpha"/>""")
            .With("OCF_RESOURCE_INSTANCE", "db").With("OCF_RESKEY_CRM_meta_on_node", "alpha");

        Assert.Equal(0, run.Run("crm_attribute", "-p", "-v", "-INFINITY"));
        Assert.Equal(0, run.Run("crm_master", "-l", "reboot", "-G", "-Q"));
        Assert.Equal("-INFINITY\n", run.Out);
        Assert.Equal(0, run.Run("crm_master", "-D"));
        Assert.Equal("Deleted status attribute: id=status-1-master-db name=master-db\n", run.Out);
        Assert.Equal(0, run.Run("crm_master", "-D"));
    }

    [Fact]
    public void A_promotion_score_without_a_resource_is_refused()
    {
        using var run = ToolRun.OnFile();

        Assert.Equal(64, run.Run("crm_attribute", "-p", "-G"));
        Assert.Equal(1, run.Run("crm_master", "-v", "5"));
        Assert.Equal("error: No resource specified\n", run.Error);
    }

    [Theory]
    [InlineData("value++", "6")]
    [InlineData("value+=3", "8")]
    public void Values_count(string update, string expected)
    {
        using var run = ToolRun.OnFile();

        Assert.Equal(0, run.Run("crm_attribute", "-n", "counter", "-v", "5"));
        Assert.Equal(0, run.Run("crm_attribute", "-n", "counter", "-v", update));
        Assert.Equal(0, run.Run("crm_attribute", "-n", "counter", "-G", "-q"));
        Assert.Equal(expected + "\n", run.Out);
    }

    [Theory]
    [InlineData("crm_attribute", "--nonsense")]
    [InlineData("crm_attribute", "-l", "sometimes", "-n", "a", "-v", "b")]
    [InlineData("attrd_updater", "-Q")]
    [InlineData("crm_node")]
    [InlineData("crmadmin")]
    [InlineData("stonith_admin")]
    [InlineData("crm_resource", "-W")]
    [InlineData("crm_failcount", "-G")]
    public void A_wrong_command_line_gives_64(string tool, params string[] args)
    {
        using var run = ToolRun.OnFile();

        Assert.Equal(64, run.Run(tool, args));
        Assert.NotEmpty(run.Error);
    }

    [Fact]
    public void A_node_without_the_attribute_is_not_in_standby()
    {
        using var run = ToolRun.OnFile();

        Assert.Equal(0, run.Run("crm_standby", "-N", "alpha", "-G"));
        Assert.Equal("scope=status name=standby value=off\n", run.Out);
        Assert.Equal(0, run.Run("crm_standby", "-N", "alpha", "-v", "on"));
        Assert.Equal(0, run.Run("crm_standby", "-N", "alpha", "-G", "-q"));
        Assert.Equal("on\n", run.Out);
    }
}
