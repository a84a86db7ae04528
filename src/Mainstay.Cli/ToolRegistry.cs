namespace Mainstay.Cli;

/// <summary>
/// All commands of the executable. Each area adds its own lines here; a tool is created only when it is called, so start-up pays for one.
/// Native names must also be listed in <c>native-tools.txt</c>, from which the links beside the executable are made.
/// </summary>
internal static class ToolRegistry
{
    /// <summary>A tool by its native name (basename of <c>argv[0]</c>), or <see langword="null"/>: then the first word decides.</summary>
    public static ITool? FindNative(string name) => CreatorOf(name)?.Invoke();

    // Functions, because a method that makes any of the tools has all their types loaded at every start.
    private static Func<ITool>? CreatorOf(string name) => name switch
    {
        "pcs" => static () => new Pcs.PcsTool(),
        "crm_mon" => static () => new Monitor.MonitorTool(),
        "crm_simulate" => static () => new Simulate.SimulateTool(),
        "corosync-quorumtool" => static () => new Ring.QuorumTool(),
        "corosync-cfgtool" => static () => new Ring.CfgTool(),
        "corosync-cmapctl" => static () => new Ring.CmapTool(),
        "corosync-cpgtool" => static () => new Ring.CpgTool(),
        "fence_mainstay_process" => static () => new Agents.ProcessFenceTool(),
        "cibadmin" => static () => new CibTools.CibAdminTool(),
        "crm_diff" => static () => new CibTools.CrmDiffTool(),
        "crm_rule" => static () => new CibTools.CrmRuleTool(),
        "crm_shadow" => static () => new CibTools.CrmShadowTool(),
        "crm_ticket" => static () => new CibTools.CrmTicketTool(),
        "crm_verify" => static () => new CibTools.CrmVerifyTool(),
        "iso8601" => static () => new CibTools.Iso8601Tool(),
        "crm_attribute" => static () => new ClusterTools.CrmAttributeTool(),
        "crm_master" => static () => new ClusterTools.CrmMasterTool(),
        "attrd_updater" => static () => new ClusterTools.AttrdUpdaterTool(),
        "crm_node" => static () => new ClusterTools.CrmNodeTool(),
        "crm_resource" => static () => new ClusterTools.CrmResourceTool(),
        "crm_standby" => static () => new ClusterTools.CrmStandbyTool(),
        "crm_failcount" => static () => new ClusterTools.CrmFailCountTool(),
        "crmadmin" => static () => new ClusterTools.CrmAdminTool(),
        "stonith_admin" => static () => new ClusterTools.StonithAdminTool(),
        _ => null,
    };

    // One line per command of its own: mainstay WORD ...
    private static readonly (string Word, string Summary, Func<ITool> Create)[] s_words =
    [
        ("agent", "Run, list and describe resource agents by hand", static () => new Agents.AgentTool()),
        ("agent-service", "Service processes of the built-in agents (started by them)", static () => new Agents.AgentServiceTool()),
        ("check", "Which services the loss of a node would stop: check resilience", static () => new Resilience.ResilienceTool()),
        ("completion", "Completion for bash: mainstay completion bash", static () => new Completion.CompletionTool()),
        ("demo", "A cluster of three nodes on this machine that really fails over", static () => new Demo.DemoTool()),
        ("explain", "Why is it there, why not, what would have to change: explain web on node2", static () => new Explain.ExplainTool()),
        ("simulate", "What the cluster would do with a configuration (crm_simulate)", static () => new Simulate.SimulateTool()),
        ("ring", "The ring of this node: status, listen, send, expected, reload", static () => new Ring.RingTool()),
        ("ring-sim", "Simulate rings under faults and check every guarantee", static () => new RingSimulation.RingSimulationTool()),
    ];

    /// <summary>The first words that are commands of their own, with a few words about each.</summary>
    public static IEnumerable<(string Word, string Summary)> Words => s_words.Select(w => (w.Word, w.Summary));

    /// <summary>A tool by the first word of <c>mainstay WORD ...</c>, or <see langword="null"/>: then the pcs grammar has it.</summary>
    public static ITool? FindWord(string word)
    {
        foreach (var (known, _, create) in s_words)
        {
            if (known == word) return create();
        }

        return null;
    }

    /// <summary>
    /// Finds the tool and runs it. <c>mainstay crm_mon -1</c> works as <c>crm_mon -1</c> does, for hosts without the links.
    /// </summary>
    /// <param name="context">The caller's context; its name is the basename of <c>argv[0]</c>.</param>
    /// <param name="args">The arguments after <c>argv[0]</c>.</param>
    /// <returns>The exit code.</returns>
    public static int Run(ToolContext context, IReadOnlyList<string> args)
    {
        if (FindNative(context.InvokedName) is { } native)
        {
            return RunNative(native, context, args);
        }

        if (args.Count > 0)
        {
            if (FindWord(args[0]) is { } worded)
            {
                return worded.Run(context, [.. args.Skip(1)]);
            }

            if (FindNative(args[0]) is { } named)
            {
                return RunNative(named, context.WithName(args[0]), [.. args.Skip(1)]);
            }
        }

        return new Pcs.PcsTool().Run(context, args);
    }

    // Every native tool tells its version; those whose options are no business of getopt leave it to this place.
    private static int RunNative(ITool tool, ToolContext context, IReadOnlyList<string> args)
    {
        if (args is ["--version"] && tool is not (Pcs.PcsTool or Monitor.MonitorTool or CibTools.NativeTool))
        {
            context.Out.WriteLine($"Mainstay {ProductVersion.Text}");
            return 0;
        }

        return tool.Run(context, args);
    }
}
