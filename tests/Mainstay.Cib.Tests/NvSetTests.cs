namespace Mainstay.Cib.Tests;

public sealed class NvSetTests
{
    private static readonly RuleInput Input = new() { Now = Samples.Now };

    [Fact]
    public void Higher_scores_win_then_later_blocks_then_earlier_pairs()
    {
        var table = Evaluate("""
            <meta_attributes id="s1"><nvpair id="a" name="x" value="first"/><nvpair id="b" name="x" value="second"/></meta_attributes>
            <meta_attributes id="s2"><nvpair id="c" name="x" value="later"/><nvpair id="c2" name="y" value="1"/></meta_attributes>
            <meta_attributes id="s3" score="-5"><nvpair id="d" name="y" value="2"/><nvpair id="d2" name="z" value="3"/></meta_attributes>
            <meta_attributes id="s4" score="10"><nvpair id="e" name="z" value="4"/></meta_attributes>
            """);
        Assert.Equal(("later", "1", "4"), (table["x"], table["y"], table["z"]));
        Assert.Equal("c", table.SourceOf("x")!.Id());
    }

    [Fact]
    public void Blocks_whose_rule_does_not_pass_do_not_count()
    {
        var table = Evaluate("""
            <meta_attributes id="s1" score="9"><rule id="r"><date_expression id="d" operation="lt" end="2000-01-01"/></rule><nvpair id="a" name="x" value="old"/></meta_attributes>
            <meta_attributes id="s2"><rule id-ref="gone"/><nvpair id="b" name="x" value="lost"/></meta_attributes>
            <meta_attributes id="s3" score="-1"><nvpair id="c" name="x" value="new"/></meta_attributes>
            """);
        Assert.Equal("new", table["x"]);
    }

    [Fact]
    public void Default_takes_a_name_away_and_sets_nothing()
    {
        var table = Evaluate("""
            <meta_attributes id="s1" score="3"><nvpair id="a" name="x" value="1"/></meta_attributes>
            <meta_attributes id="s2" score="2"><nvpair id="b" name="x" value="#DEFAULT"/></meta_attributes>
            <meta_attributes id="s3" score="1"><nvpair id="c" name="x" value="3"/></meta_attributes>
            """);
        Assert.Equal("3", table["x"]);
    }

    [Fact]
    public void References_stand_for_blocks_and_pairs_and_may_rename()
    {
        var table = Evaluate("""
            <meta_attributes id-ref="shared"/>
            <meta_attributes id-ref="nowhere"/>
            <meta_attributes id="s2"><nvpair id-ref="q"/><nvpair id-ref="q" name="renamed"/><nvpair id-ref="nothing"/><nvpair id="n" name="noval"/></meta_attributes>
            """, """<primitive id="o"><meta_attributes id="shared"><nvpair id="p" name="x" value="1"/></meta_attributes><meta_attributes id="t"><nvpair id="q" name="y" value="2"/></meta_attributes></primitive>""");
        Assert.Equal(("1", "2", "2", null), (table["x"], table["y"], table["renamed"], table["noval"]));
    }

    [Fact]
    public void Cluster_options_have_defaults_legacy_names_and_a_first_block()
    {
        var document = Samples.With(options: """
            <cluster_property_set id="z" score="INFINITY"><nvpair id="a" name="stonith-enabled" value="false"/><nvpair id="b" name="cluster-delay" value="9s"/></cluster_property_set>
            <cluster_property_set id="cib-bootstrap-options"><nvpair id="c" name="cluster-delay" value="7s"/><nvpair id="d" name="no-quorum-policy" value="panic"/><nvpair id="e" name="mine" value="1"/></cluster_property_set>
            """);
        var problems = new List<CibProblem>();
        var options = ClusterOptions.Read(document, Samples.Now, problems);
        Assert.False(options.Boolean("fencing-enabled"));
        Assert.Equal(7_000, options.Milliseconds("cluster-delay"));
        Assert.Equal("stop", options.Choice("no-quorum-policy"));
        Assert.Equal("1", options.Text("mine"));
        Assert.True(options.Score("node-health-red").IsMinusInfinity);
        Assert.Null(options.Text("cluster-name"));
        var problem = Assert.Single(problems);
        Assert.Equal("d", problem.Id);
        Assert.Contains("one of stop, freeze", problem.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("batch-limit", "x", false)]
    [InlineData("batch-limit", "-1", false)]
    [InlineData("migration-limit", "-1", true)]
    [InlineData("load-threshold", "50%", true)]
    [InlineData("load-threshold", "50 apples", false)]
    [InlineData("node-health-red", "red", false)]
    [InlineData("fencing-action", "poweroff", false)]
    [InlineData("stonith-timeout", "1h", true)]
    public void Options_know_their_legal_values(string name, string value, bool expected)
        => Assert.Equal(expected, ClusterOptions.Find(name)!.IsValid(value));

    private static NvTable Evaluate(string sets, string more = "")
    {
        var document = Samples.With($"<primitive id=\"P\">{sets}</primitive>{more}");
        var ids = new IdIndex(document.Root);
        return new NvSets(ids, new RuleEvaluator(ids)).Evaluate(ids.Find("primitive", "P")!, "meta_attributes", Input);
    }
}
