using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>
/// What the passes ask of the configuration: name/value blocks with their rules, in the right context (spec/cib-model.md sections 4 and
/// 5).
/// </summary>
internal sealed class ConfigReader
{
    private readonly RecheckTime _recheck = new();
    private readonly List<XElement> _resourceDefaults;
    private readonly List<XElement> _operationDefaults;

    public ConfigReader(CibDocument cib, CibDateTime now, List<CibProblem> problems)
    {
        Cib = cib;
        Now = now;
        PlainInput = new RuleInput { Now = now };
        Problems = problems;
        Ids = IdIndex.OnDemand(cib.Configuration ?? cib.Root);
        Rules = new RuleEvaluator(Ids, problems);
        Sets = new NvSets(Ids, Rules);
        _resourceDefaults = cib.Section("rsc_defaults") is { } resources ? [resources] : [];
        _operationDefaults = cib.Section("op_defaults") is { } operations ? [operations] : [];
    }

    public CibDocument Cib { get; }

    public CibDateTime Now { get; }

    public List<CibProblem> Problems { get; }

    public IdIndex Ids { get; }

    public NvSets Sets { get; }

    public RuleEvaluator Rules { get; }

    /// <summary>When a rule may give another result, if by time alone.</summary>
    public long? RecheckBy => _recheck.EpochSeconds;

    public RuleInput PlainInput { get; }

    public void Collect(NvTable table, XElement parent, string kind, RuleInput? input = null) =>
        Sets.EvaluateInto(table, parent, kind, input ?? PlainInput, _recheck);

    public ClusterOptionValues ReadOptions() => ClusterOptions.Read(Cib, Sets, Now, Problems, _recheck);

    public void CollectResourceDefaults(NvTable table, RuleInput input)
    {
        foreach (var defaults in _resourceDefaults) Collect(table, defaults, "meta_attributes", input);
    }

    public bool HasOperationDefaults => _operationDefaults.Count > 0;

    public void CollectOperationDefaults(NvTable table, RuleInput input)
    {
        foreach (var defaults in _operationDefaults) Collect(table, defaults, "meta_attributes", input);
    }

    /// <summary>The parameters of a resource: its own blocks first, then its ancestors' (spec/cib-model.md section 7.3).</summary>
    public NvTable Parameters(ClusterResource resource, ClusterNode? node)
    {
        // Without rules the parameters are the same everywhere.
        resource.HasParameterRules ??= HasRules(resource);
        if (resource.HasParameterRules == false) node = null;
        if (resource.ParameterCache is { } cached && cached.TryGetValue(node?.Index ?? -1, out var known)) return known;
        var table = new NvTable();
        var input = node is null ? PlainInput : PlainInput with { NodeAttribute = name => node.Attributes.GetValueOrDefault(name) };
        for (var r = resource; r is not null; r = r.Parent)
        {
            if (!r.IsBundle) Collect(table, r.Config, "instance_attributes", input);
        }

        (resource.ParameterCache ??= []).Add(node?.Index ?? -1, table);
        return table;
    }

    private bool HasRules(ClusterResource resource)
    {
        for (var r = resource; r is not null; r = r.Parent)
        {
            foreach (var set in r.IsBundle ? [] : Sets.InOrder(r.Config, "instance_attributes"))
            {
                if (Rules.TryGetRule(set, out _)) return true;
            }
        }

        return false;
    }

    public bool RulePasses(XElement rule, RuleInput input) => Rules.Passes(rule, input, _recheck);

    public static int Integer(string? text) =>
        IntegerText.TryReadLeading(text, out long value) ? (int)Math.Clamp(value, int.MinValue, int.MaxValue) : 0;

    public static Role? ParseRole(string? text) => text?.ToLowerInvariant() switch
    {
        "stopped" => Role.Stopped,
        "started" => Role.Started,
        "unpromoted" or "slave" => Role.Unpromoted,
        "promoted" or "master" => Role.Promoted,
        _ => null,
    };
}
