using System.Xml.Linq;

namespace Mainstay.Cib.Tests;

public sealed class RuleTests
{
    private static readonly RuleInput Input = new() { Now = Samples.Now };

    [Theory]
    [InlineData("operation='defined' attribute='a'", "x", true)]
    [InlineData("operation='defined' attribute='a'", null, false)]
    [InlineData("operation='not_defined' attribute='a'", null, true)]
    [InlineData("operation='defined' attribute='a' value='x'", "x", false)]
    [InlineData("operation='eq' attribute='a' value='X'", "x", true)]
    [InlineData("operation='eq' attribute='a' value='x'", null, false)]
    [InlineData("operation='ne' attribute='a' value='x'", null, true)]
    [InlineData("operation='eq' attribute='a'", "x", false)]
    [InlineData("operation='lt' attribute='a' value='10'", "9", true)]
    [InlineData("operation='lt' attribute='a' value='10'", "9x", true)]
    [InlineData("operation='lt' attribute='a' value='10' type='string'", "9", false)]
    [InlineData("operation='lt' attribute='a' value='9.5'", "9.25", true)]
    [InlineData("operation='gt' attribute='a' value='9.5' type='integer'", "9.75", false)]
    [InlineData("operation='gt' attribute='a' value='1.9' type='version'", "1.10", true)]
    [InlineData("operation='gte' attribute='a' value='5'", null, false)]
    [InlineData("operation='lte' attribute='a' value='5'", "5", true)]
    [InlineData("operation='gt' attribute='a' value='zz' type='integer'", "zza", true)]
    [InlineData("operation='gt' attribute='a' value='1e2' type='number'", "99", false)]
    [InlineData("operation='has' attribute='a' value='5'", "5", false)]
    [InlineData("operation='eq' attribute='a' value='5' type='colour'", "5", false)]
    public void Attribute_expressions_compare_as_documented(string attributes, string? actual, bool expected)
    {
        var input = Input with { NodeAttribute = name => name == "a" ? actual : null };
        Assert.Equal(expected, Passes($"<rule id='r'><expression id='e' {attributes}/></rule>", input));
    }

    [Fact]
    public void References_may_be_parameters_or_meta_attributes()
    {
        var input = Input with
        {
            NodeAttribute = _ => "5",
            Parameter = name => name == "p" ? "5" : null,
            MetaAttribute = name => name == "m" ? "6" : null,
        };
        Assert.True(Passes("<rule id='r'><expression id='e' attribute='a' operation='eq' value-source='param' value='p'/></rule>", input));
        Assert.False(Passes("<rule id='r'><expression id='e' attribute='a' operation='eq' value-source='meta' value='m'/></rule>", input));
        Assert.True(Passes("<rule id='r'><expression id='e' attribute='a' operation='ne' value-source='meta' value='undefined'/></rule>",
            input));
    }

    [Fact]
    public void Submatches_of_the_pattern_go_into_attribute_names()
    {
        var input = Input with { NodeAttribute = name => name == "score-db-" ? "1" : null, PatternMatches = ["db-1", "db"] };
        Assert.True(Passes("<rule id='r'><expression id='e' attribute='score-%1-%7' operation='defined'/></rule>", input));
    }

    [Theory]
    [InlineData("start='2023-11-14' end='2023-11-15'", true, 1_700_006_401)]
    [InlineData("start='2023-11-15'", false, 1_700_006_400)]
    [InlineData("end='2023-11-13'", false, null)]
    [InlineData("operation='gt' start='2023-11-15'", false, 1_700_006_401)]
    [InlineData("operation='lt' end='2023-11-15'", true, 1_700_006_400)]
    [InlineData("operation='lt' end='2023-11-14'", false, null)]
    [InlineData("start='never'", false, null)]
    [InlineData("", false, null)]
    public void Date_expressions_say_when_they_change(string attributes, bool expected, int? recheckAt)
    {
        var recheck = new RecheckTime();
        Assert.Equal(expected, Passes($"<rule id='r'><date_expression id='d' {attributes}/></rule>", Input, recheck));
        Assert.Equal(recheckAt, recheck.EpochSeconds);
    }

    [Fact]
    public void A_duration_gives_the_end_and_both_ends_count()
    {
        // Now is 2023-11-14 22:13:20 UTC.
        Assert.True(Passes("<rule id='r'><date_expression id='d' start='2023-11-14 22:13:20Z'><duration id='u' hours='1'/></date_expression></rule>", Input));
        Assert.True(Passes("<rule id='r'><date_expression id='d' start='2023-11-14 21:13:20Z'><duration id='u' hours='1'/></date_expression></rule>", Input));
        Assert.False(Passes("<rule id='r'><date_expression id='d' start='2023-11-14 21:13:19Z'><duration id='u' hours='1'/></date_expression></rule>", Input));
    }

    [Theory]
    [InlineData("hours='22'", 0, true)]
    [InlineData("hours='22'", 3600, false)]
    [InlineData("hours='23-' weekdays='2'", 3600, true)]
    [InlineData("years='2023' months='11' monthdays='14' yeardays='318' weeks='46' weekyears='2023' minutes='13' seconds='20'", 0, true)]
    [InlineData("years='2023' months='1-10'", 0, false)]
    [InlineData("months='1,11'", 0, false)]
    [InlineData("", 0, true)]
    public void Date_specifications_are_matched_in_local_time(string attributes, int offset, bool expected)
        => Assert.Equal(expected, Passes(
            $"<rule id='r'><date_expression id='d' operation='date_spec'><date_spec id='s' {attributes}/></date_expression></rule>",
            Input with { Now = Samples.Now with { OffsetSeconds = offset } }));

    [Fact]
    public void Resource_and_operation_expressions_match_exactly_what_the_context_gives()
    {
        var input = Input with
        {
            ResourceClass = "ocf",
            ResourceProvider = "heartbeat",
            ResourceType = "Dummy",
            OperationName = "monitor",
            OperationIntervalMs = 10_000
        };
        Assert.True(Passes("<rule id='r'><rsc_expression id='x' class='ocf' type='Dummy'/><op_expression id='o' name='monitor' interval='10s'/></rule>", input));
        Assert.False(Passes("<rule id='r'><rsc_expression id='x' class='OCF'/></rule>", input));
        Assert.False(Passes("<rule id='r'><op_expression id='o' name='monitor' interval='20s'/></rule>", input));
        Assert.False(Passes("<rule id='r'><rsc_expression id='x' class='ocf'/></rule>", Input));
    }

    [Fact]
    public void The_order_of_conditions_does_not_change_the_result()
    {
        var random = new Random(7);
        for (var round = 0; round < 400; round++)
        {
            var rule = Build(random, 3);
            var expected = Passes(rule, Input);
            foreach (var inner in rule.DescendantsAndSelf("rule"))
            {
                inner.ReplaceNodes(inner.Elements().OrderBy(_ => random.Next()).ToList());
            }

            Assert.Equal(expected, Passes(rule, Input));
        }
    }

    [Fact]
    public void An_empty_rule_passes_and_a_missing_one_does_not()
    {
        Assert.True(Passes("<rule id='r'/>", Input));
        Assert.True(Passes("<rule id='r' boolean-op='or'/>", Input));
        Assert.False(Passes("<rule id-ref='gone'/>", Input));
    }

    [Fact]
    public void Rules_that_refer_to_themselves_end()
    {
        var problems = new List<CibProblem>();
        var rule = Samples.Element("<rule id='r' boolean-op='or'><rule id-ref='r'/><rule id-ref='r'/><rule id-ref='r'/></rule>");
        Assert.False(new RuleEvaluator(new IdIndex(rule), problems).Passes(rule, Input));
        Assert.NotEmpty(problems);
    }

    private static bool Passes(string rule, RuleInput input, RecheckTime? recheck = null) => Passes(Samples.Element(rule), input, recheck);

    private static bool Passes(XElement rule, RuleInput input, RecheckTime? recheck = null)
        => new RuleEvaluator(new IdIndex(rule)).Passes(rule, input, recheck);

    private static XElement Build(Random random, int depth)
    {
        var rule = new XElement("rule", new XAttribute("boolean-op", random.Next(2) == 0 ? "and" : "or"));
        for (var count = random.Next(1, 4); count > 0; count--)
        {
            rule.Add(depth > 0 && random.Next(2) == 0
                ? Build(random, depth - 1)
                : new XElement("expression", new XAttribute("attribute", "a"),
                    new XAttribute("operation", random.Next(2) == 0 ? "defined" : "not_defined")));
        }

        return rule;
    }
}
