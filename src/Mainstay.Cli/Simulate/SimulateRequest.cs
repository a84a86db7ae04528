using Mainstay.Cib;
using Mainstay.Cli.CibTools;
using Mainstay.Cli.Planning;
using Mainstay.Scheduler;

namespace Mainstay.Cli.Simulate;

/// <summary>What a command line of the simulator asks for (spec/scheduler-output.md section 9).</summary>
internal sealed class SimulateRequest(NativeOptions options)
{
    private readonly List<string> _failures = [];

    /// <summary>The options, with the names and letters of the reference's simulator.</summary>
    public static IReadOnlyList<NativeOption> Known { get; } =
    [
        new('R', "run", null, "Show what the cluster would do"),
        new('S', "simulate", null, "Also carry that out on a copy, and show the result"),
        new('X', "in-place", null, "Like --simulate, and store the result in the input file"),
        new('A', "show-attrs", null, "Show node attributes"),
        new('c', "show-failcounts", null, "Show fail counts and failed operations"),
        new('s', "show-scores", null, "Show placement scores"),
        new('U', "show-utilization", null, "Show capacities of nodes and what resources take of them"),
        new('P', "profile", "DIR", "Plan for every XML file of this folder and show how long each takes"),
        new('N', "repeat", "N", "With --profile, plan each N times"),
        new('u', "node-up", "NODE", "Bring a node online"),
        new('d', "node-down", "NODE", "Take a node offline"),
        new('f', "node-fail", "NODE", "Let a node fail"),
        new('i', "op-inject", "OPSPEC", "Record a result: RESOURCE_TASK_INTERVALMS@NODE=RC"),
        new('F', "op-fail", "OPSPEC", "Let an operation of the transition fail: RESOURCE_TASK_INTERVALMS@NODE=RC"),
        new('t', "set-datetime", "DATETIME", "Take this as the present time (ISO 8601)"),
        new('q', "quorum", "BOOLEAN", "Whether the cluster has quorum"),
        new('w', "watchdog", "BOOLEAN", "Whether the nodes have an active watchdog"),
        new('g', "ticket-grant", "TICKET", "Grant a ticket"),
        new('r', "ticket-revoke", "TICKET", "Revoke a ticket"),
        new('b', "ticket-standby", "TICKET", "Put a ticket on standby"),
        new('e', "ticket-activate", "TICKET", "Take a ticket out of standby"),
        new('I', "save-input", "FILE", "Save the CIB that is planned for"),
        new('O', "save-output", "FILE", "Save the CIB after the transition"),
        new('G', "save-graph", "FILE", "Save the transition graph as XML"),
        new('D', "save-dotfile", "FILE", "Save a drawing of all actions for Graphviz"),
        new('a', "all-actions", null, "With --save-dotfile, draw optional actions too"),
        new('\0', "save-svg", "FILE", "Save a picture of the transition that a person can read"),
        new('\0', "save-html", "FILE", "Save a page about the transition: what changes, the picture, every step with its reason"),
        new('\0', "ban", "RESOURCE@NODE", "Try what a ban of the resource from the node would do"),
        new('\0', "set", "SETTING", "Try another value: OPTION=VALUE, resource:ID:NAME=VALUE or node:NAME:ATTRIBUTE=VALUE"),
        new('\0', "fail", "RESOURCE@NODE", "Let the monitor of a resource fail (also RESOURCE_TASK_INTERVALMS@NODE=RC)"),
        new('L', "live-check", null, "Read the CIB of the running cluster"),
        new('x', "xml-file", "FILE", "Read the CIB from this file ('-': standard input, the default)"),
        new('p', "xml-pipe", null, "Read the CIB from standard input"),
        new('\0', "xml-text", "XML", "Take this text for the CIB"),
        new('j', "pending", null, string.Empty),
        new('\0', "text-fancy", null, string.Empty),
        new('\0', "batch", "LISTFILE", "Process many inputs: lines of name, input, output folder, arguments, separated by tabs"),
    ];

    /// <summary>An option by its long name.</summary>
    public string? this[string name] => options[name];

    /// <summary>Whether an option was given.</summary>
    public bool Has(string name) => options.Has(name);

    /// <summary>Whether only what was asked for is printed.</summary>
    public bool IsQuiet => options.Has("quiet");

    /// <summary>Whether scores or utilization are shown.</summary>
    public bool ShowsPlacement => Has("show-scores") || Has("show-utilization");

    /// <summary>Whether the transition is carried out on a copy.</summary>
    public bool Executes => Has("simulate") || Has("in-place") || Has("op-fail");

    /// <summary>Whether decisions are needed, not only the status.</summary>
    public bool Plans => Executes || ShowsPlacement || Has("run") || Has("save-dotfile") || Has("save-graph")
        || Has("save-svg") || Has("save-html");

    /// <summary>Makes the changes of the configuration that are to be tried out.</summary>
    /// <param name="document">Changed.</param>
    /// <returns>What is wrong with one of them, or null.</returns>
    public string? TryOut(CibDocument document)
    {
        foreach (string text in options.All("ban"))
        {
            if (WhatIf.Ban(document, text) is { } problem) return problem;
        }

        foreach (string text in options.All("set"))
        {
            if (WhatIf.Set(document, text) is { } problem) return problem;
        }

        foreach (string text in options.All("fail"))
        {
            if (WhatIf.Fail(document, text, out string operation) is { } problem) return problem;
            _failures.Add(operation);
        }

        return null;
    }

    /// <summary>The simulation asked for.</summary>
    /// <param name="now">The effective time, seconds since 1970.</param>
    public SimulationOptions Simulation(long now) => new()
    {
        Planning = PlanningInput.Circumstances(now, isSanitized: !Has("live-check")) with
        {
            RecordScores = Has("show-scores"),
            RecordUtilization = Has("show-utilization"),
        },
        Scenario = Scenario(),
        Plan = Plans,
        Execute = Executes,
    };

    /// <summary>How the text of the simulation is to look.</summary>
    /// <param name="now">The effective time, seconds since 1970.</param>
    public SimulationTextOptions Text(long now) => new()
    {
        SetDate = this["set-datetime"],
        Now = now,
        ShowAttributes = Has("show-attrs"),
        ShowFailCounts = Has("show-failcounts"),
        ShowPlacement = ShowsPlacement,
    };

    private SimulationScenario Scenario() => new()
    {
        Quorum = this["quorum"],
        Watchdog = this["watchdog"],
        Nodes = [.. Of("node-up", NodeEvent.Up), .. Of("node-down", NodeEvent.Down), .. Of("node-fail", NodeEvent.Fail)],
        Tickets =
        [
            .. Of("ticket-grant", TicketEvent.Grant), .. Of("ticket-revoke", TicketEvent.Revoke),
            .. Of("ticket-standby", TicketEvent.Standby), .. Of("ticket-activate", TicketEvent.Activate),
        ],
        Operations = [.. options.All("op-inject"), .. _failures],
        Failures = [.. options.All("op-fail")],
    };

    private IEnumerable<ScenarioNode> Of(string option, NodeEvent what) => options.All(option).Select(name => new ScenarioNode(what, name));

    private IEnumerable<ScenarioTicket> Of(string option, TicketEvent what) =>
        options.All(option).Select(name => new ScenarioTicket(what, name));
}
