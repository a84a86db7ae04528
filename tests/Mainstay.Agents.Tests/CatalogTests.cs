namespace Mainstay.Agents.Tests;

/// <summary>Finding agents and reading what they say of themselves (spec/agents.md sections 1 and 11).</summary>
public sealed class CatalogTests : IAsyncDisposable
{
    private readonly AgentWorkshop _shop = new();

    public ValueTask DisposeAsync() => _shop.DisposeAsync();

    [Theory]
    [InlineData("ocf:heartbeat:IPaddr2", AgentStandard.Ocf, "heartbeat", "IPaddr2")]
    [InlineData("OCF:heartbeat:IPaddr2", AgentStandard.Ocf, "heartbeat", "IPaddr2")]
    [InlineData("systemd:foo@a:b", AgentStandard.Systemd, "", "foo@a:b")]
    [InlineData("lsb:nginx", AgentStandard.Lsb, "", "nginx")]
    public void Names_of_agents_are_read(string text, AgentStandard standard, string provider, string type)
    {
        Assert.True(AgentId.TryParse(text, out var agent));
        Assert.Equal(new AgentId(standard, provider, type), agent);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ocf")]
    [InlineData("ocf:heartbeat")]
    [InlineData("ocf:heartbeat:")]
    [InlineData(":x")]
    [InlineData("lsb:")]
    public void Names_with_missing_parts_are_not_agents(string text) => Assert.False(AgentId.TryParse(text, out _));

    [Fact]
    public async Task Only_visible_executable_files_are_agents()
    {
        _shop.Ocf("B", string.Empty);
        _shop.Ocf("A", string.Empty);
        _shop.Ocf(".hidden", string.Empty);
        _shop.Ocf("plain", string.Empty);
        File.SetUnixFileMode(_shop.PathOf("ocf/resource.d/test/plain"), UnixFileMode.UserRead);
        Directory.CreateDirectory(_shop.PathOf("ocf/resource.d/.hidden"));

        Assert.Equal(["mainstay", "test"], _shop.Runtime.Catalog.ListProviders());
        Assert.Equal(["A", "B"], await _shop.Runtime.Catalog.ListAgentsAsync(AgentStandard.Ocf, "test", CancellationToken.None));
        Assert.Empty(await _shop.Runtime.Catalog.ListAgentsAsync(AgentStandard.Ocf, "../test", CancellationToken.None));
        Assert.Equal(["Dummy", "HttpServer"], await _shop.Runtime.Catalog.ListAgentsAsync(AgentStandard.Ocf, "mainstay", CancellationToken.None));
    }

    [Fact]
    public async Task Meta_data_is_asked_once_and_again_when_the_agent_changes()
    {
        var calls = _shop.PathOf("calls");
        string Body(string name) => $"# meta-data\necho x >> {calls}; echo '<resource-agent name=\"{name}\"/>'\n";
        var agent = _shop.Ocf("M", Body("first"));
        Task<AgentMetadata?> AskAsync() => _shop.Runtime.Catalog.GetMetadataAsync(agent, refresh: false, CancellationToken.None);
        Assert.Equal("first", (await AskAsync())!.Name);
        Assert.Equal("first", (await AskAsync())!.Name);
        Assert.Single(await File.ReadAllLinesAsync(calls));

        _shop.Ocf("M", Body("second one"));
        Assert.Equal("second one", (await AskAsync())!.Name);
    }

    [Fact]
    public async Task A_failing_meta_data_call_is_not_repeated_at_once()
    {
        var calls = _shop.PathOf("calls");
        var agent = _shop.Ocf("M", $"# meta-data\necho x >> {calls}; echo rubbish; exit 0\n");
        for (var i = 0; i < 3; i++) Assert.Null(await _shop.Runtime.Catalog.GetMetadataAsync(agent, refresh: false, CancellationToken.None));

        Assert.Single(await File.ReadAllLinesAsync(calls));
    }

    [Fact]
    public void Meta_data_tells_reloadable_private_and_unique_parameters()
    {
        const string xml = """
            noise
            <?xml version="1.0"?>
            <!DOCTYPE resource-agent SYSTEM "ra-api-1.dtd">
            <resource-agent name="X" version="2.3"><version>1.1</version>
            <longdesc lang="de">lang</longdesc><longdesc lang="en"> long </longdesc><shortdesc>short</shortdesc>
            <parameters>
              <parameter name="ip" unique="1" required="1"><content type="string" default="a"/></parameter>
              <parameter name="level" reloadable="1"><content type="select"><option value="lo"/><option value="hi"/></content></parameter>
              <parameter name="passwd"><deprecated/></parameter>
            </parameters>
            <actions><action name="monitor" depth="10" interval="10s" timeout="1min" role="Promoted"/><action name="reload-agent" timeout="5"/></actions>
            </resource-agent>
            """;
        Assert.True(AgentMetadataReader.TryRead(xml, out var metadata, out _));

        Assert.Equal(("X", "2.3", "1.1", "long", "short"), (metadata.Name, metadata.AgentVersion, metadata.OcfVersion, metadata.LongDescription, metadata.ShortDescription));
        Assert.Equal("reload-agent", metadata.ReloadAction);
        Assert.Equal(["level"], metadata.ReloadableParameters);
        Assert.Equal(["passwd"], metadata.PrivateParameters);
        Assert.Equal(["lo", "hi"], metadata.Parameters[1].Options);
        Assert.Equal((true, true, "a"), (metadata.Parameters[0].IsUnique, metadata.Parameters[0].IsRequired, metadata.Parameters[0].Default));
        Assert.Equal(("10", "10s", "1min", "Promoted"), (metadata.Actions[0].Depth, metadata.Actions[0].Interval, metadata.Actions[0].Timeout, metadata.Actions[0].Role));
    }

    [Fact]
    public void An_old_agent_reloads_by_its_parameters_that_are_not_unique()
    {
        const string xml = """<resource-agent><version>1.0</version><parameters><parameter name="a" unique="1"/><parameter name="b"/></parameters><actions><action name="reload"/><action name="reload-agent"/></actions></resource-agent>""";
        Assert.True(AgentMetadataReader.TryRead(xml, out var metadata, out _));

        Assert.Equal("reload", metadata.ReloadAction);
        Assert.Equal(["b"], metadata.ReloadableParameters);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<")]
    [InlineData("<other/>")]
    [InlineData("<resource-agent>")]
    [InlineData("<!DOCTYPE a [<!ENTITY b \"c\">]><resource-agent name=\"&b;\"/>")]
    public void Rubbish_is_no_meta_data_and_the_reason_is_told(string xml)
    {
        Assert.False(AgentMetadataReader.TryRead(xml, out _, out var problem));
        Assert.NotEqual(string.Empty, problem);
    }

    [Fact]
    public void Nesting_is_bounded()
    {
        var deep = "<resource-agent>" + string.Concat(Enumerable.Repeat("<a>", 100_000));

        Assert.False(AgentMetadataReader.TryRead(deep, out _, out _));
    }

    [Fact]
    public async Task An_init_script_is_described_by_its_header()
    {
        var agent = _shop.Lsb("svc", "### BEGIN INIT INFO\n# Provides: svc\n# Required-Start: $network\n# Short-Description: A service\n# Description: First\n#  second <line>\n### END INIT INFO\n");
        var metadata = await _shop.Runtime.Catalog.GetMetadataAsync(agent, refresh: false, CancellationToken.None);

        Assert.Equal(("A service", "First second <line>"), (metadata!.ShortDescription, metadata.LongDescription));
        Assert.True(metadata.Supports("force-reload"));
    }

    [Theory]
    [InlineData("FOO=bar", "FOO", "bar")]
    [InlineData("export FOO=\"b a r\" # why", "FOO", "b a r")]
    [InlineData("  FOO='x' ", "FOO", "x")]
    [InlineData("FOO=bar # why", "FOO", "bar")]
    [InlineData("# FOO=bar", null, null)]
    [InlineData("if true; then", null, null)]
    [InlineData("1FOO=bar", null, null)]
    public void Environment_files_are_read_like_a_shell_would(string line, string? name, string? value)
    {
        var found = EnvironmentFile.Parse(line).ToList();

        Assert.Equal(name is null ? [] : [new KeyValuePair<string, string>(name, value!)], found);
    }

    [Fact]
    public async Task Installed_agents_describe_themselves()
    {
        Assert.SkipUnless(File.Exists("/usr/lib/ocf/resource.d/heartbeat/IPaddr2"), "the package resource-agents is not installed");
        await using var runtime = new AgentRuntime(new AgentOptions { NodeName = "n1", OcfRoot = "/usr/lib/ocf" });
        var metadata = await runtime.Catalog.GetMetadataAsync(new AgentId(AgentStandard.Ocf, "heartbeat", "IPaddr2"), refresh: false, CancellationToken.None);

        Assert.Contains(metadata!.Parameters, p => p is { Name: "ip", IsRequired: true });
    }

    [Theory]
    [InlineData("nginx", "nginx.service", "nginx.service")]
    [InlineData("foo@a:b", "foo@a:b.service", "foo@a:b.service")]
    [InlineData("foo@", "foo@.service", "foo@pacemaker.service")]
    [InlineData("var-lib.mount", "var-lib.mount", "var-lib.mount")]
    public void Unit_names_get_their_suffix(string type, string unit, string query)
    {
        Assert.Equal(unit, Systemd.SystemdManager.UnitName(type));
        Assert.Equal(query, Systemd.SystemdManager.QueryUnitName(type));
    }
}
