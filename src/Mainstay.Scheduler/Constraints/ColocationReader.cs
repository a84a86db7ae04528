using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>Colocation constraints (spec/scheduler-placement.md section 8.1).</summary>
internal sealed class ColocationReader(ClusterState state, ConfigReader config, OrderStore orders)
{
    public void Read(XElement element)
    {
        int score = Score.Parse(element.Value("score")).Value;
        var sets = ConstraintsPass.Sets(config, element);
        if (sets.Count > 0)
        {
            ReadSets(element, sets, score);
            return;
        }

        if (score == 0) return;
        var dependent = ConstraintsPass.Find(state, element.Value("rsc"));
        var primary = ConstraintsPass.Find(state, element.Value("with-rsc"));
        if (dependent is null || primary is null) return;
        Colocations.Add(state, orders, new ColocationConstraint
        {
            Id = element.Id()!,
            Dependent = dependent,
            Primary = primary,
            DependentRole = ReadRole(element.Value("rsc-role")),
            PrimaryRole = ReadRole(element.Value("with-rsc-role")),
            Score = score,
            NodeAttribute = NodeAttribute(element),
            IsExplicit = true,
            HasInfluence = Influence(element, dependent),
        });
    }

    private static string? NodeAttribute(XElement element) => element.Value("node-attribute") is { } name && name != "#uname" ? name : null;

    private static bool Influence(XElement element, ClusterResource dependent) =>
        CibBoolean.Parse(element.Value("influence")) ?? dependent.IsCritical;

    private static Role ReadRole(string? text)
    {
        var role = ConfigReader.ParseRole(text) ?? Role.Unknown;
        return role == Role.Started ? Role.Unknown : role;
    }

    private void ReadSets(XElement element, List<XElement> sets, int score)
    {
        XElement? previous = null;
        foreach (var set in sets)
        {
            ReadSet(element, set, score);
            if (previous is not null) ReadBetween(element, previous, set, score);
            previous = set;
        }
    }

    private static bool IsSequential(XElement set) => CibBoolean.Parse(set.Value("sequential")) ?? true;

    private void ReadSet(XElement constraint, XElement set, int constraintScore)
    {
        int score = set.Value("score") is { } text ? Score.Parse(text).Value : constraintScore;
        if (score == 0 || !IsSequential(set)) return;
        bool isListed = set.Value("ordering") is { } ordering && ordering != "group";
        var role = ReadRole(set.Value("role"));
        var earlier = new List<ClusterResource>();
        foreach (var member in ConstraintsPass.Members(state, set))
        {
            if (member is null) return;
            if (score < 0)
            {
                foreach (var other in earlier) AddOne(constraint, set, member, other, score, role, role);
            }
            else if (earlier.Count > 0)
            {
                var other = earlier[^1];
                if (isListed) AddOne(constraint, set, other, member, score, role, role);
                else AddOne(constraint, set, member, other, score, role, role);
            }

            earlier.Add(member);
        }
    }

    private void ReadBetween(XElement constraint, XElement dependents, XElement primaries, int score)
    {
        if (score == 0) return;
        var left = ConstraintsPass.Members(state, dependents).ToList();
        var right = ConstraintsPass.Members(state, primaries).ToList();
        if (IsSequential(dependents)) left = left.Take(1).ToList();
        if (IsSequential(primaries)) right = right.TakeLast(1).ToList();
        foreach (var dependent in left.OfType<ClusterResource>())
        {
            foreach (var primary in right.OfType<ClusterResource>())
            {
                AddOne(constraint, dependents, dependent, primary, score, ReadRole(dependents.Value("role")),
                    ReadRole(primaries.Value("role")));
            }
        }
    }

    private void AddOne(
        XElement constraint,
        XElement set,
        ClusterResource dependent,
        ClusterResource primary,
        int score,
        Role dependentRole,
        Role primaryRole)
    {
        Colocations.Add(state, orders, new ColocationConstraint
        {
            Id = set.Id() ?? constraint.Id()!,
            Dependent = dependent,
            Primary = primary,
            DependentRole = dependentRole,
            PrimaryRole = primaryRole,
            Score = score,
            NodeAttribute = NodeAttribute(constraint),
            IsExplicit = true,
            HasInfluence = Influence(constraint, dependent),
        });
    }
}
