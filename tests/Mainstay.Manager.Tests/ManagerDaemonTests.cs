using Mainstay.Client;
using Mainstay.Manager.Core;
using Mainstay.Manager.Storage;
using Mainstay.Ring.Client;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mainstay.Manager.Tests;

/// <summary>The daemon's parts together in this process: loop, real scheduler, real executor and built-in agents, disk, API, client.</summary>
public sealed class ManagerDaemonTests
{
    private const string Resources = """
        <resources>
          <primitive id="dummy" class="ocf" provider="mainstay" type="Dummy">
            <operations><op id="dummy-monitor" name="monitor" interval="10s" timeout="10s"/></operations>
          </primitive>
        </resources>
        """;

    private const string NoFencing =
        "<cluster_property_set id=\"cib-bootstrap-options\"><nvpair id=\"o\" name=\"stonith-enabled\" value=\"false\"/></cluster_property_set>";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private sealed class Host : IAsyncDisposable
    {
        private readonly ManagerDaemon _daemon;
        private readonly LoopbackRing _ring = new();

        public Host(TemporaryFolder folder)
        {
            var arguments = new ManagerArguments { StateDirectory = folder["state"], RunDirectory = folder["run"] };
            Directory.CreateDirectory(arguments.RunDirectory);
            var store = new ConfigurationStore(arguments.StateDirectory, NullLogger.Instance);
            var identity = new ManagerIdentity(1, "node1", Guid.NewGuid().ToString(), "loop");
            _daemon = new ManagerDaemon(
                identity,
                [new ConfiguredNode(1, "node1", 1)],
                arguments,
                store.Load(),
                store,
                _ => Task.FromResult<IRing>(new LoopbackRing()),
                ManagerDaemon.AgentOptionsFor(arguments, "node1", NullLogger.Instance),
                NullLogger.Instance);
            Running = Task.Run(() => _daemon.RunAsync(_ring));
            Client = new ManagerClient(folder["run/manager.sock"]);
        }

        public Task<int> Running { get; }

        public ManagerClient Client { get; }

        public void BreakRing() => _ring.Break();

        /// <summary>Polls the API until it answers as wanted; the test's own limit ends a wait in vain.</summary>
        public async Task<ManagerStatus> UntilAsync(Func<ManagerStatus, bool> condition)
        {
            using var limit = new CancellationTokenSource(Limit);
            while (true)
            {
                try
                {
                    var status = await Client.GetStatusAsync(limit.Token);
                    if (condition(status)) return status;
                }
                catch (ManagerException exception) when (exception.Error.Code == ManagerExitCodes.Disconnected)
                {
                    // Not listening yet.
                }

                await Task.Yield();
                limit.Token.ThrowIfCancellationRequested();
            }
        }

        public async Task ConfigureAsync()
        {
            await UntilAsync(status => status.HaveQuorum);
            await ApplyAsync("crm_config", NoFencing);
            await ApplyAsync("resources", Resources);
            Assert.True((await Client.WaitIdleAsync(Limit)).Idle);
        }

        public Task<CibOperationResult> ApplyAsync(string scope, string xml, string? ifVersion = null) => Client.ApplyAsync(
            new CibOperationRequest { Operation = CibOperation.Modify, Scope = scope, Xml = xml, AllowCreate = true, IfVersion = ifVersion });

        public async ValueTask DisposeAsync()
        {
            _daemon.RequestShutdown(isImpatient: true);
            await Running.WaitAsync(Limit);
            await _daemon.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_node_runs_a_configured_resource_and_keeps_the_configuration_over_a_restart()
    {
        using var folder = new TemporaryFolder();
        await using (var host = new Host(folder))
        {
            await host.ConfigureAsync();
            var cib = await host.Client.GetCibAsync();
            Assert.Contains("dummy_monitor_10000", cib, StringComparison.Ordinal);
            Assert.Contains("operation_key=\"dummy_start_0\"", cib, StringComparison.Ordinal);
            Assert.Contains("op-digest=\"f2317cad3d54cec5d7d7aa7d0bf35cf8\"", cib, StringComparison.Ordinal);
            Assert.NotEmpty(await host.Client.GetHistoryAsync());
            var status = await host.Client.GetStatusAsync();
            Assert.Equal("node1", status.Coordinator);
            Assert.False(status.Transition.IsRunning);
        }

        await using var again = new Host(folder);
        await again.UntilAsync(status => status.HaveQuorum);
        Assert.True((await again.Client.WaitIdleAsync(Limit)).Idle);
        Assert.Contains("id=\"dummy\"", await again.Client.GetCibAsync("resources"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attributes_of_every_lifetime_are_set_read_and_deleted()
    {
        using var folder = new TemporaryFolder();
        await using var host = new Host(folder);
        await host.ConfigureAsync();
        foreach (var lifetime in Enum.GetValues<AttributeLifetime>())
        {
            await host.Client.SetAttributeAsync(new AttributeUpdate { Name = "colour", Value = "blue", Lifetime = lifetime });
            var values = await host.Client.GetAttributesAsync("colour", "node1", lifetime);
            Assert.Equal("blue", Assert.Single(values).Value);
            await host.Client.SetAttributeAsync(new AttributeUpdate { Name = "colour", Value = null, Lifetime = lifetime });
            Assert.Empty(await host.Client.GetAttributesAsync("colour", "node1", lifetime));
        }

        var unknown = await Assert.ThrowsAsync<ManagerException>(() =>
            host.Client.SetAttributeAsync(new AttributeUpdate { Name = "x", Value = "1", Node = "nobody" }));
        Assert.Equal(AnswerCodes.NoSuch, unknown.Error.Code);
    }

    [Fact]
    public async Task Refusals_have_the_exit_code_of_the_reference_and_say_what_to_do()
    {
        using var folder = new TemporaryFolder();
        await using var host = new Host(folder);
        await host.ConfigureAsync();
        var old = await Assert.ThrowsAsync<ManagerException>(() => host.ApplyAsync("resources", Resources, ifVersion: "0.0.0"));
        Assert.Equal(103, old.Error.Code);
        var invalid = await Assert.ThrowsAsync<ManagerException>(() => host.ApplyAsync("resources", "<resources><primitive id=\"1bad\"/></resources>"));
        Assert.Equal(78, invalid.Error.Code);
        Assert.NotEmpty(invalid.Error.Problems);
        var section = await Assert.ThrowsAsync<ManagerException>(() => host.Client.GetCibAsync("nonsense"));
        Assert.Equal(AnswerCodes.NoSuch, section.Error.Code);
        var unforced = await Assert.ThrowsAsync<ManagerException>(() => host.Client.ConfirmFencedAsync("node1", new ConfirmFencedRequest()));
        Assert.Equal(AnswerCodes.Unsafe, unforced.Error.Code);
        var resource = await Assert.ThrowsAsync<ManagerException>(() => host.Client.CleanupAsync(new CleanupRequest { Resource = "nothing" }));
        Assert.Equal(AnswerCodes.NoSuch, resource.Error.Code);
    }

    [Fact]
    public async Task Refresh_probes_again_and_events_tell_of_it()
    {
        using var folder = new TemporaryFolder();
        await using var host = new Host(folder);
        await host.ConfigureAsync();
        using var limit = new CancellationTokenSource(Limit);
        await using var events = host.Client.EventsAsync(limit.Token).GetAsyncEnumerator(limit.Token);
        var next = events.MoveNextAsync();
        var result = await host.Client.RefreshAsync(new CleanupRequest { Resource = "dummy" });
        Assert.Equal(new CleanedResource("dummy", "node1"), Assert.Single(result.Items));
        Assert.True(await next);
        Assert.True((await host.Client.WaitIdleAsync(Limit)).Idle);
        Assert.Contains("dummy_monitor_10000", await host.Client.GetCibAsync("status"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_orderly_shutdown_stops_the_resources_and_ends_with_0()
    {
        using var folder = new TemporaryFolder();
        var host = new Host(folder);
        await host.ConfigureAsync();
        Assert.NotEmpty(Directory.EnumerateFiles(folder["run/agents"], "*dummy*", SearchOption.AllDirectories));
        await host.Client.ShutdownAsync();
        Assert.Equal(0, await host.Running.WaitAsync(Limit));
        Assert.Empty(Directory.EnumerateFiles(folder["run/agents"], "*dummy*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task When_the_ring_daemon_dies_the_manager_says_so_and_joins_again()
    {
        using var folder = new TemporaryFolder();
        await using var host = new Host(folder);
        await host.ConfigureAsync();
        host.BreakRing();
        await host.UntilAsync(status => status.Replica == "member" && status.HaveQuorum);
        Assert.True((await host.Client.WaitIdleAsync(Limit)).Idle);
        Assert.Contains("dummy_monitor_10000", await host.Client.GetCibAsync("status"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_manager_in_the_same_run_directory_is_refused()
    {
        using var folder = new TemporaryFolder();
        using var first = RunLock.TryTake(folder.Path);
        Assert.NotNull(first);
        Assert.Null(RunLock.TryTake(folder.Path));
    }

    [Fact]
    public async Task A_manager_that_does_not_run_is_reported_as_such()
    {
        using var folder = new TemporaryFolder();
        var client = new ManagerClient(folder["nothing.sock"]);
        var error = await Assert.ThrowsAsync<ManagerException>(() => client.GetStatusAsync());
        Assert.Equal(ManagerExitCodes.Disconnected, error.Error.Code);
        Assert.Contains("nothing.sock", error.Message, StringComparison.Ordinal);
    }
}
