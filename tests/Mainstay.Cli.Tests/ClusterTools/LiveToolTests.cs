namespace Mainstay.Cli.Tests.ClusterTools;

public sealed class LiveToolTests
{
    private const string Status = """
        {"node":"alpha","nodeId":1,"replica":"member","coordinator":"beta","haveQuorum":true,"cibVersion":"0.1.0",
        "nodes":[{"id":1,"name":"alpha","online":true},{"id":2,"name":"beta","online":true,"isCoordinator":true},{"id":3,"name":"gamma"}]}
        """;

    [Fact]
    public void A_query_shows_name_host_and_value()
    {
        using var manager = new FakeManager().Answer("GET /v1/attributes?name=ping", """
            [{"name":"ping","node":"alpha","value":"100","lifetime":"Transient"},
            {"name":"ping","node":"beta","value":"","lifetime":"Transient"}]
            """);
        using var run = ToolRun.OnSocket(manager.SocketPath).With("OCF_RESKEY_CRM_meta_on_node", "alpha");

        Assert.Equal(0, run.Run("attrd_updater", "-n", "ping", "-Q"));
        Assert.Equal("name=\"ping\" host=\"alpha\" value=\"100\"\n", run.Out);
        Assert.Equal(0, run.Run("attrd_updater", "-Q", "-A", "-n", "ping"));
        Assert.Equal("name=\"ping\" host=\"alpha\" value=\"100\"\nname=\"ping\" host=\"beta\" value=\"\"\n", run.Out);
        Assert.Equal(0, run.Run("attrd_updater", "-Q", "-N", "gamma", "-n", "ping"));
        Assert.Equal("name=\"ping\" host=\"gamma\" value=\"\"\n", run.Out);
    }

    [Fact]
    public void An_unknown_attribute_gives_78()
    {
        using var manager = new FakeManager().Answer("GET /v1/attributes?name=nope", "[]");
        using var run = ToolRun.OnSocket(manager.SocketPath).With("OCF_RESKEY_CRM_meta_on_node", "alpha");

        Assert.Equal(78, run.Run("attrd_updater", "-n", "nope", "-Q"));
        Assert.Equal("attrd_updater: Could not query value of nope: attribute does not exist\n", run.Error);
    }

    [Fact]
    public void An_update_carries_value_dampening_and_kind()
    {
        using var manager = new FakeManager().Answer("POST /v1/attributes", "");
        using var run = ToolRun.OnSocket(manager.SocketPath).With("OCF_RESKEY_CRM_meta_on_node", "alpha");

        Assert.Equal(0, run.Run("attrd_updater", "-n", "ping", "-v", "100", "-d", "5s", "-p"));
        Assert.Empty(run.Out);
        var request = Assert.Single(manager.Requests);
        Assert.Contains("\"name\":\"ping\",\"node\":\"alpha\",\"value\":\"100\"", request, StringComparison.Ordinal);
        Assert.Contains("\"dampeningMs\":5000", request, StringComparison.Ordinal);
        Assert.Contains("rivate", request, StringComparison.Ordinal);
    }

    [Fact]
    public void Transient_attributes_of_a_running_cluster_are_asked_of_the_manager()
    {
        using var manager = new FakeManager()
            .Answer("POST /v1/attributes", "")
            .Answer("GET /v1/attributes?name=role&node=beta&lifetime=Transient",
                """[{"name":"role","node":"beta","value":"PRI","lifetime":"Transient"}]""");
        using var run = ToolRun.OnSocket(manager.SocketPath);

        Assert.Equal(0, run.Run("crm_attribute", "-N", "beta", "-l", "reboot", "--name", "role", "-v", "PRI"));
        Assert.Equal(0, run.Run("crm_attribute", "-N", "beta", "-l", "reboot", "--name", "role", "-G", "-q"));
        Assert.Equal("PRI\n", run.Out);
    }

    [Theory]
    [InlineData("-n", "alpha\n")]
    [InlineData("-i", "1\n")]
    [InlineData("-p", "alpha beta\n")]
    [InlineData("-q", "1\n")]
    [InlineData("-l", "1 alpha member\n2 beta member\n3 gamma lost\n")]
    public void Node_questions_are_answered_in_the_words_that_agents_parse(string option, string expected)
    {
        using var manager = new FakeManager().Answer("GET /v1/status", Status);
        using var run = ToolRun.OnSocket(manager.SocketPath);

        Assert.Equal(0, run.Run("crm_node", option));
        Assert.Equal(expected, run.Out);
    }

    [Fact]
    public void The_last_of_several_questions_wins()
    {
        using var manager = new FakeManager().Answer("GET /v1/status", Status);
        using var run = ToolRun.OnSocket(manager.SocketPath);

        Assert.Equal(0, run.Run("crm_node", "-l", "-p"));
        Assert.Equal("alpha beta\n", run.Out);
    }

    [Fact]
    public void The_coordinator_is_named()
    {
        using var manager = new FakeManager().Answer("GET /v1/status", Status);
        using var run = ToolRun.OnSocket(manager.SocketPath);

        Assert.Equal(0, run.Run("crmadmin", "-D"));
        Assert.Equal("Designated Controller is: beta\n", run.Out);
        Assert.Equal(0, run.Run("crmadmin", "-S", "alpha"));
        Assert.Equal("Controller on alpha in state S_NOT_DC: ok\n", run.Out);
    }

    [Fact]
    public void Without_a_manager_the_exit_code_is_102()
    {
        using var run = ToolRun.OnSocket("/nonexistent/manager.sock");

        Assert.Equal(102, run.Run("crm_node", "-q"));
        Assert.Equal(102, run.Run("attrd_updater", "-n", "a", "-v", "b"));
        Assert.Contains("/nonexistent/manager.sock", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Fencing_passes_on_action_and_times()
    {
        using var manager = new FakeManager().Answer("POST /v1/nodes/beta/fence", """
            {"id":"1","target":"beta","action":"off","origin":"alpha","client":"x","state":"success"}
            """);
        using var run = ToolRun.OnSocket(manager.SocketPath);

        Assert.Equal(0, run.Run("stonith_admin", "-F", "beta", "-t", "30", "-T", "dlm"));
        var request = Assert.Single(manager.Requests);
        Assert.Contains("\"action\":\"off\",\"timeoutMs\":30000", request, StringComparison.Ordinal);
        Assert.Contains("\"client\":\"dlm\"", request, StringComparison.Ordinal);
    }

    [Fact]
    public void Cleaning_up_tells_what_was_forgotten_where()
    {
        using var manager = new FakeManager()
            .Answer("GET /v1/cib",
                """
                <cib><configuration><resources><primitive id="web" class="ocf" type="Dummy" provider="heartbeat"/></resources></configuration>
                <status/></cib>
                """)
            .Answer("POST /v1/resources/cleanup", """{"items":[{"resource":"web","node":"alpha"},{"resource":"web","node":"beta"}]}""");
        using var run = ToolRun.OnSocket(manager.SocketPath);

        Assert.Equal(0, run.Run("crm_resource", "-C", "-r", "web"));
        Assert.Equal(
            "Cleaned up web on alpha\nCleaned up web on beta\nWaiting for 2 replies from the controller\n"
            + "... got reply\n... got reply (done)\n",
            run.Out);
    }
}
