using System.Net;
using System.Net.Sockets;
using Mainstay.Agents.BuiltIn;
using Mainstay.Testing;

namespace Mainstay.Agents.Tests;

/// <summary>The provider <c>ocf:mainstay</c>.</summary>
public sealed class BuiltInAgentTests : IAsyncDisposable
{
    private static readonly AgentId Dummy = new(AgentStandard.Ocf, "mainstay", "Dummy");
    private static readonly AgentId HttpServer = new(AgentStandard.Ocf, "mainstay", "HttpServer");

    private readonly AgentWorkshop _shop = new(o => o with { MainstayCommand = [MainstayProgram()] });

    public ValueTask DisposeAsync() => _shop.DisposeAsync();

    [Fact]
    public async Task Every_built_in_agent_describes_itself()
    {
        foreach (var type in BuiltInAgents.Types)
        {
            var metadata = await _shop.Runtime.Catalog.GetMetadataAsync(new AgentId(AgentStandard.Ocf, "mainstay", type), refresh: false, CancellationToken.None);
            Assert.True(metadata!.Supports("monitor"));
        }

        foreach (var type in BuiltInAgents.FenceTypes)
        {
            var metadata = await _shop.Runtime.Catalog.GetMetadataAsync(new AgentId(AgentStandard.Stonith, string.Empty, type), refresh: false, CancellationToken.None);
            Assert.True(metadata!.Supports("off"));
        }
    }

    [Fact]
    public async Task Dummy_runs_from_start_to_stop()
    {
        foreach (var (action, exitCode) in ((string, int)[])
                 [("monitor", 7), ("start", 0), ("start", 0), ("monitor", 0), ("reload-agent", 0), ("stop", 0), ("stop", 0), ("monitor", 7), ("promote", 3)])
        {
            Assert.Equal((action, exitCode), (action, (await _shop.RunAsync(Dummy, action)).ExitCode));
        }
    }

    [Fact]
    public async Task The_web_server_is_a_process_of_its_own_that_names_its_node_and_whose_death_is_seen()
    {
        Assert.SkipUnless(File.Exists(MainstayProgram()), "the mainstay executable is not built");
        var port = FreePort();
        ResourceAction Of(string name) => _shop.Action(HttpServer, name) with
        {
            Parameters = new Dictionary<string, string>(StringComparer.Ordinal) { ["port"] = port.ToString() },
        };
        Assert.Equal(OcfExitCode.NotRunning, (await _shop.RunAsync(Of("monitor"))).ExitCode);
        var started = await _shop.RunAsync(Of("start"));
        Assert.True(started.ExitCode == 0, started.ExitReason);
        Assert.Equal(0, (await _shop.RunAsync(Of("start"))).ExitCode);
        Assert.Equal("n1", await HttpService.AskAsync(new IPEndPoint(IPAddress.Loopback, port), CancellationToken.None));
        Assert.Equal(0, (await _shop.RunAsync(Of("monitor"))).ExitCode);

        Assert.True(ProcessIdentity.TryParse(await File.ReadAllTextAsync(_shop.PathOf("state/HttpServer-r1.pid")), out var server));
        ProcessTable.Signal(server, Processes.NativeMethods.SIGKILL);
        await AgentWorkshop.WaitForAsync(() => !ProcessTable.IsAlive(server), "the server to die");
        Assert.Equal(OcfExitCode.NotRunning, (await _shop.RunAsync(Of("monitor"))).ExitCode);
        Assert.Equal(0, (await _shop.RunAsync(Of("start"))).ExitCode);
        Assert.Equal(0, (await _shop.RunAsync(Of("stop"))).ExitCode);
        Assert.Equal(OcfExitCode.NotRunning, (await _shop.RunAsync(Of("monitor"))).ExitCode);
    }

    [Fact]
    public async Task The_web_server_survives_the_executor_that_started_it_and_a_new_one_finds_and_stops_it()
    {
        Assert.SkipUnless(File.Exists(MainstayProgram()), "the mainstay executable is not built");
        var port = FreePort();
        ResourceAction Of(string name) => _shop.Action(HttpServer, name) with
        {
            Parameters = new Dictionary<string, string>(StringComparer.Ordinal) { ["port"] = port.ToString() },
        };
        Assert.Equal(0, (await _shop.RunAsync(Of("start"))).ExitCode);
        await _shop.Executor.DisposeAsync();
        await _shop.Runtime.DisposeAsync();
        Assert.Equal("n1", await HttpService.AskAsync(new IPEndPoint(IPAddress.Loopback, port), CancellationToken.None));

        await using var runtime = new AgentRuntime(_shop.Runtime.Options);
        await using var executor = new Executor(runtime, new Fencing.LocalFencer(runtime));
        foreach (var (action, exitCode) in ((string, int)[])[("monitor", 0), ("stop", 0), ("monitor", OcfExitCode.NotRunning)])
        {
            executor.Submit(Of(action));
            Assert.Equal((action, exitCode), (action, (await executor.Results.ReadAsync(CancellationToken.None)).ExitCode));
        }
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told_as_the_reason()
    {
        Assert.SkipUnless(File.Exists(MainstayProgram()), "the mainstay executable is not built");
        using var holder = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        holder.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        holder.Listen();
        var port = ((IPEndPoint)holder.LocalEndPoint!).Port;
        var result = await _shop.RunAsync(_shop.Action(HttpServer, "start") with
        {
            Parameters = new Dictionary<string, string>(StringComparer.Ordinal) { ["port"] = port.ToString() },
        });

        Assert.Equal(OcfExitCode.Generic, result.ExitCode);
        Assert.Contains($"cannot listen on 127.0.0.1:{port}", result.ExitReason);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("99999")]
    public async Task A_bad_port_is_a_configuration_error(string port)
    {
        var result = await _shop.RunAsync(_shop.Action(HttpServer, "start") with
        {
            Parameters = new Dictionary<string, string>(StringComparer.Ordinal) { ["port"] = port },
        });

        Assert.Equal(OcfExitCode.NotConfigured, result.ExitCode);
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static string MainstayProgram()
    {
        string[] places =
        [
            Path.Combine(Repository.Root, "artifacts", "build", "bin", "Mainstay.Cli", "debug", "mainstay"),
            Path.Combine(Repository.Root, "artifacts", "bin", "mainstay"),
        ];
        return Array.Find(places, File.Exists) ?? places[0];
    }
}
