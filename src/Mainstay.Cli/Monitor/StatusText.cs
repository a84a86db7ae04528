using System.Globalization;
using System.Text;
using Mainstay.Cli.Configuration;

namespace Mainstay.Cli.Monitor;

/// <summary>The status as text, section by section (spec/cli-crm.md section 4.1).</summary>
internal sealed class StatusText
{
    private readonly ClusterSnapshot _snapshot;
    private readonly MonitorOptions _options;
    private readonly StatusFilter _filter;
    private readonly StringBuilder _text = new();

    private StatusText(ClusterSnapshot snapshot, MonitorOptions options)
    {
        _snapshot = snapshot;
        _options = options;
        _filter = new StatusFilter(snapshot, options);
    }

    /// <summary>The whole text.</summary>
    public static string Print(ClusterSnapshot snapshot, MonitorOptions options, DateTimeOffset now)
    {
        var printer = new StatusText(snapshot, options);
        printer.Summary(now);
        var resources = new ResourceText(snapshot, options, printer._filter);
        printer.Section(StatusSections.Nodes, "Node List", new NodeText(snapshot, options, printer._filter, resources).Lines());
        printer.Resources(resources);
        var sections = new StatusSectionText(snapshot, options, printer._filter);
        printer.Section(StatusSections.Attributes, "Node Attributes", sections.Attributes());
        if (options.Shows(StatusSections.Operations) && sections.HasHistory)
        {
            printer.Block("Operations", sections.Operations());
        }

        if (!options.Shows(StatusSections.Operations))
        {
            printer.Section(StatusSections.FailCounts, "Migration Summary", sections.FailCounts());
        }

        printer.Section(StatusSections.Failures, "Failed Resource Actions", sections.Failures());
        printer.Fencing();
        printer.Section(StatusSections.Tickets, "Tickets", sections.Tickets());
        printer.Section(StatusSections.Bans, "Negative Location Constraints", sections.Bans());
        return printer._text.ToString();
    }

    /// <summary>A point of time as the tools print it.</summary>
    public static string Time(DateTimeOffset time) =>
        time.ToString("ddd MMM ", CultureInfo.InvariantCulture) + $"{time.Day,2}"
        + time.ToString(" HH:mm:ss yyyy", CultureInfo.InvariantCulture);

    private void Summary(DateTimeOffset now)
    {
        var lines = new List<string>();
        var stack = _snapshot.State.Options.Text("cluster-infrastructure", "unknown");
        Add(StatusSections.Stack, $"Stack: {stack}{(_snapshot.IsLive ? " (Pacemaker is running)" : "")}");
        Add(StatusSections.Dc, Dc());
        Add(StatusSections.Times, $"Last updated: {Time(now)}");
        Add(StatusSections.Times, LastChange());
        var counts = _snapshot.State.InstanceCounts;
        var nodes = _snapshot.State.Nodes.Count;
        Add(StatusSections.Counts, $"{nodes} node{(nodes == 1 ? "" : "s")} configured");
        var notes = new[]
        {
            counts.Disabled > 0 ? $"{counts.Disabled} DISABLED" : "",
            counts.Blocked > 0 ? $"{counts.Blocked} BLOCKED from further action due to failure" : "",
        }.Where(n => n.Length > 0).ToList();
        Add(
            StatusSections.Counts,
            $"{counts.Total} resource instance{(counts.Total == 1 ? "" : "s")} "
                + $"configured{(notes.Count > 0 ? $" ({string.Join(", ", notes)})" : "")}");
        if (lines.Count > 0)
        {
            Block("Cluster Summary", lines);
        }

        Maintenance();

        void Add(StatusSections section, string line)
        {
            if (_options.Shows(section))
            {
                lines.Add(line);
            }
        }
    }

    private void Maintenance()
    {
        if (!_options.Shows(StatusSections.MaintenanceMode))
        {
            return;
        }

        if (_snapshot.State.Options.MaintenanceMode)
        {
            _text.Append("\n              *** Resource management is DISABLED ***\n  The cluster will not attempt to start, stop or "
                + "recover services\n");
        }
        else if (_snapshot.IsTrue("stop-all-resources"))
        {
            _text.Append("\n    *** Resource management is DISABLED ***\n  The cluster will keep all resources stopped\n");
        }
    }

    private string Dc()
    {
        if (_snapshot.State.Dc is not { } dc)
        {
            return "Current DC: NONE";
        }

        var version = _snapshot.State.Options.Text("dc-version", "unknown");
        var quorum = _snapshot.State.HasQuorum ? "partition with quorum" : "partition WITHOUT quorum";
        return $"Current DC: {NodeText.Name(_snapshot, dc, _options.ShowDetail)} (version {version}) - {quorum}";
    }

    private string LastChange()
    {
        var root = _snapshot.Cib.Root!;
        var who = string.Concat(new[] { ("by", "update-user"), ("via", "update-client"), ("on", "update-origin") }
            .Where(p => root.Attribute(p.Item2) is not null).Select(p => $" {p.Item1} {root.Attribute(p.Item2)!.Value}"));
        return $"Last change:  {root.Attribute("cib-last-written")?.Value}{who}";
    }

    private void Resources(ResourceText resources)
    {
        if (!_options.Shows(StatusSections.Resources) || (_options.GroupByNode && !_options.ShowInactive))
        {
            return;
        }

        var title = _options.GroupByNode ? "Inactive Resources" : _options.ShowInactive ? "Full List of Resources" : "Active Resources";
        var lines = (_options.GroupByNode ? resources.InactiveLines() : resources.Lines()).ToList();
        if (lines.Count == 0)
        {
            lines.Add(_options.GroupByNode ? "No inactive resources" : _options.ShowInactive ? "No resources" : "No active resources");
        }

        Block(title, lines);
    }

    private void Fencing()
    {
        foreach (var (section, state, title) in new[]
        {
            (StatusSections.FencingFailed, "failed", "Failed Fencing Actions"),
            (StatusSections.FencingPending, "pending", "Pending Fencing Actions"),
            (StatusSections.FencingSucceeded, "success", "Fencing History"),
        })
        {
            Section(section, title, _snapshot.Fencing.Where(f => f.State == state).Select(FencingText.Line));
        }
    }

    private void Section(StatusSections section, string title, IEnumerable<string> lines)
    {
        var all = _options.Shows(section) ? lines.ToList() : [];
        if (all.Count > 0)
        {
            Block(title, all);
        }
    }

    private void Block(string title, IEnumerable<string> lines)
    {
        if (_text.Length > 0)
        {
            _text.Append('\n');
        }

        if (!_options.HideHeadings)
        {
            _text.Append(title).Append(":\n");
        }

        foreach (var line in lines)
        {
            _text.Append("  ").Append(Bullet(line)).Append('\n');
        }
    }

    /// <summary>A line with its bullet, after its indentation.</summary>
    public static string Bullet(string line)
    {
        var depth = line.TakeWhile(c => c == ' ').Count();
        var words = line[depth..];
        return line[..depth] + (words.StartsWith("* ", StringComparison.Ordinal) ? "" : "* ") + words;
    }
}
