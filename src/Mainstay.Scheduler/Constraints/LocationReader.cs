using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>Location constraints (spec/scheduler-placement.md section 5.1).</summary>
internal sealed class LocationReader(ClusterState state, ConfigReader config)
{
    public void Read(XElement element)
    {
        var sets = ConstraintsPass.Sets(config, element);
        if (sets.Count > 0)
        {
            foreach (var set in sets)
            {
                foreach (var member in ConstraintsPass.Members(state, set))
                {
                    if (member is null) return;
                    Create(element, member, set.Value("score"), set.Value("role"), null);
                }
            }

            return;
        }

        if (element.Value("rsc") is { } id)
        {
            if (ConstraintsPass.Find(state, id) is { } resource) Create(element, resource, null, null, null);
        }
        else if (element.Value("rsc-pattern") is { } pattern)
        {
            ReadPattern(element, pattern);
        }
    }

    private void ReadPattern(XElement element, string pattern)
    {
        bool isInverted = pattern.StartsWith('!');
        Regex regex;
        try
        {
            // Linear in the length of the ids, whatever the pattern: it comes from the configuration.
            regex = new Regex(isInverted ? pattern[1..] : pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            state.ProblemList.Add(CibProblem.Error(element, $"'{pattern}' is no regular expression; the constraint is ignored",
                "correct rsc-pattern"));
            return;
        }

        foreach (var resource in state.ResourceList)
        {
            var match = regex.Match(resource.Id);
            if (match.Success == isInverted) continue;
            List<string>? submatches = isInverted ? null : [.. match.Groups.Values.Select(g => g.Value)];
            Create(element, resource, null, null, submatches);
        }
    }

    private void Create(XElement element, ClusterResource resource, string? setScore, string? setRole, List<string>? submatches)
    {
        var discovery = element.Value("resource-discovery")?.ToLowerInvariant() switch
        {
            "never" => DiscoveryMode.Never,
            "exclusive" => DiscoveryMode.Exclusive,
            _ => DiscoveryMode.Always,
        };
        if (config.Rules.TryGetRule(element, out var rule))
        {
            if (rule is null) return;
            CreateFromRule(element, resource, rule, discovery, submatches, setScore, setRole);
            return;
        }

        if (!TryRole(setRole ?? element.Value("role"), out var role)) return;
        if (state.FindNode(element.Value("node")) is not { } node) return;
        var constraint = New(element, resource, role, discovery);
        constraint.Nodes.Add((node, Score.Parse(setScore ?? element.Value("score")).Value));
        state.Reasons?.Read(constraint, null);
    }

    private void CreateFromRule(
        XElement element,
        ClusterResource resource,
        XElement rule,
        DiscoveryMode discovery,
        List<string>? submatches,
        string? setScore,
        string? setRole)
    {
        if (!TryRole(setRole ?? rule.Value("role"), out var role)) return;
        var constraint = New(element, resource, role, discovery);
        state.Reasons?.Read(constraint, rule);
        int fixedScore = Score.Parse(setScore ?? rule.Value("score") ?? element.Value("score")).Value;
        string? scoreAttribute = rule.Value("score-attribute");
        foreach (var node in state.NodeList)
        {
            var input = config.PlainInput with
            {
                NodeAttribute = name => node.Attributes.GetValueOrDefault(name),
                Parameter = name => config.Parameters(resource, node)[name],
                MetaAttribute = name => resource.Meta[name],
                PatternMatches = submatches,
            };
            if (!config.RulePasses(rule, input)) continue;
            int score = fixedScore;
            if (scoreAttribute is not null && setScore is null && !TryAttributeScore(resource, node, scoreAttribute, submatches, out score))
            {
                continue;
            }
            constraint.Nodes.Add((node, score));
        }
    }

    private bool TryAttributeScore(ClusterResource resource, ClusterNode node, string attribute, List<string>? submatches, out int score)
    {
        score = 0;
        if (submatches is not null)
        {
            for (int i = 9; i >= 0; i--)
            {
                string placeholder = string.Create(CultureInfo.InvariantCulture, $"%{i}");
                attribute = attribute.Replace(placeholder, i < submatches.Count ? submatches[i] : "", StringComparison.Ordinal);
            }
        }

        string? text = NodeAttributes.Value(node, attribute, resource, useCurrentHost: true);
        if (string.IsNullOrEmpty(text) || !Score.TryParse(text, state.Options.HealthColours, out var value)) return false;
        score = value.Value;
        return true;
    }

    private LocationConstraint New(XElement element, ClusterResource resource, Role role, DiscoveryMode discovery)
    {
        var constraint = new LocationConstraint
        {
            Id = element.Id() ?? "",
            Resource = resource,
            RoleFilter = role,
            Discovery = discovery,
        };
        state.Locations.Add(constraint);
        resource.Locations.Add(constraint);
        if (discovery == DiscoveryMode.Exclusive) resource.HasExclusiveProbes = true;
        return constraint;
    }

    /// <summary>Only Promoted and Stopped limit a constraint; false for text that is no role.</summary>
    private bool TryRole(string? text, out Role role)
    {
        role = Role.Unknown;
        if (text is null) return true;
        if (ConfigReader.ParseRole(text) is not { } parsed) return false;
        if (parsed is Role.Promoted or Role.Stopped) role = parsed;
        return true;
    }
}
