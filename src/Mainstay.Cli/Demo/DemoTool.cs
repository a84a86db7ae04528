using System.Globalization;
using Mainstay.Client;

namespace Mainstay.Cli.Demo;

/// <summary><c>mainstay demo</c>: a cluster on this machine that really fails over.</summary>
internal sealed class DemoTool : ITool
{
    private const int Survived = 0;
    private const int Failed = 1;
    private const int Usage = 2;

    /// <inheritdoc/>
    public int Run(ToolContext context, IReadOnlyList<string> args)
    {
        if (args.Any(argument => argument is "--help" or "-h"))
        {
            context.Out.WriteLine(DemoOptions.Help);
            return Survived;
        }

        if (DemoOptions.Parse(args, out var problem) is not { } options)
        {
            context.Error.WriteLine($"mainstay demo: {problem}\n\n{DemoOptions.Help}");
            return Usage;
        }

        var programs = AppContext.BaseDirectory;
        if (!File.Exists(Path.Combine(programs, "mainstay-ring")) || !File.Exists(Path.Combine(programs, "mainstay-manager")))
        {
            context.Error.WriteLine(
                $"mainstay demo: the daemons are not in {programs}: run ./mainstay demo from the repository, or the installed mainstay");
            return Usage;
        }

        return RunAsync(context, options, programs).GetAwaiter().GetResult();
    }

    private static async Task<int> RunAsync(ToolContext context, DemoOptions options, string programs)
    {
        var timeline = new Timeline(context);
        var layout = DemoLayout.Create(options);
        var cluster = DemoCluster.Create(layout, programs);
        await using (cluster.ConfigureAwait(false))
        {
            var probe = new ServiceProbe(layout, timeline);
            await using (probe.ConfigureAwait(false))
            {
                try
                {
                    return await TellAsync(context, options, layout, cluster, timeline, probe).ConfigureAwait(false);
                }
                catch (DemoFailedException error)
                {
                    cluster.IsKept = options.Keep;
                    timeline.Alarm($"failed: {error.Message}");
                    ShowLogs(context, layout);
                }
                catch (ManagerException error)
                {
                    timeline.Alarm($"failed: {error.Message}");
                    ShowLogs(context, layout);
                }
                catch (OperationCanceledException)
                {
                    timeline.Alarm("interrupted");
                }

                return Failed;
            }
        }
    }

    private static async Task<int> TellAsync(
        ToolContext context, DemoOptions options, DemoLayout layout, DemoCluster cluster, Timeline timeline, ServiceProbe probe)
    {
        var script = new DemoScript(cluster, layout, timeline, probe);
        var serving = await script.StartAsync(context.Cancellation).ConfigureAwait(false);
        FailoverTimes? times = null;
        TimeSpan? rejoin = null;
        if (options.Interactive)
        {
            await new DemoConsole(context, layout, cluster, timeline, probe).RunAsync().ConfigureAwait(false);
        }
        else
        {
            times = await script.FailOverAsync(serving, context.Cancellation).ConfigureAwait(false);
            rejoin = await script.RejoinAsync(times.Lost, context.Cancellation).ConfigureAwait(false);
        }

        var isGood = Summarise(timeline, probe, times, rejoin);
        if (options.Keep)
        {
            cluster.IsKept = true;
            ExplainKept(context, layout);
        }

        return isGood ? Survived : Failed;
    }

    private static bool Summarise(Timeline timeline, ServiceProbe probe, FailoverTimes? times, TimeSpan? rejoin)
    {
        timeline.Heading("Summary");
        if (times is not null)
        {
            timeline.Say($"power cut to loss noticed   {Seconds(times.Noticed - times.Cut)}");
            timeline.Say($"power cut to fenced         {Seconds(times.Fenced - times.Cut)}");
            timeline.Say($"power cut to service back   {Seconds(times.Answered - times.Cut)}   ({times.Lost} -> {times.Successor})");
        }

        if (rejoin is { } duration)
        {
            timeline.Say($"power on to member again    {Seconds(duration)}");
        }

        timeline.Say($"requests                    {probe.Sent} sent, {probe.Answered} answered, {probe.Sent - probe.Answered} lost; "
            + $"longest gap {Seconds(probe.LongestGap)}");
        timeline.Say($"web servers at once         never more than {probe.ServersMax} (looked {probe.Counts} times)");
        var isGood = probe is { ServersMax: 1, CurrentNode: not null, Answered: > 0 };
        if (isGood)
        {
            timeline.Good("the service survived, and at no moment were there two of it");
        }
        else
        {
            timeline.Alarm(probe.ServersMax > 1 ? "two web servers ran at the same time" : "the service does not answer");
        }

        return isGood;
    }

    private static void ExplainKept(ToolContext context, DemoLayout layout)
    {
        var node = layout.Nodes[0];
        context.Out.WriteLine($"""

            The cluster keeps running. Talk to it as {node.Name}:

              export MAINSTAY_MANAGER_SOCKET={node.ManagerSocket} MAINSTAY_RING_SOCKET={node.RingSocket}
              ./mainstay status
              ./mainstay node standby {layout.Nodes[1].Name}
              ./mainstay ring status
              curl http://127.0.0.1:{layout.ServicePort}/

            Logs are in {layout.Root}/node*/*.log. To end it:

              pkill -KILL -f {layout.Root} ; rm -r {layout.Root}
            """);
    }

    private static void ShowLogs(ToolContext context, DemoLayout layout)
    {
        const int Lines = 12;
        foreach (var log in layout.Nodes.SelectMany(node => Directory.EnumerateFiles(node.Folder, "*.log")).Order(StringComparer.Ordinal))
        {
            context.Error.WriteLine($"--- the end of {log}");
            foreach (var line in File.ReadLines(log).TakeLast(Lines))
            {
                context.Error.WriteLine(line);
            }
        }
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture).PadLeft(6) + " s";
}
