namespace Mainstay.Cli.Tests.Simulate;

public sealed class WhatIfTests : SimulateRun
{
    [Fact]
    public void A_ban_moves_what_would_run_there()
    {
        Assert.Equal(0, Try("-R", "--ban", "a@n1"));
        Assert.Contains("Start      a       ( n2 )\n", Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stop-all-resources=true")]
    [InlineData("resource:a:target-role=Stopped")]
    public void A_setting_counts_as_if_it_were_configured(string setting)
    {
        Assert.Equal(0, Try("-R", "--set", setting));
        Assert.DoesNotContain("Start      a", Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_attribute_counts_too()
    {
        Assert.Equal(0, Try("-R", "--set", "node:n1:standby=on"));
        Assert.Contains("Start      a       ( n2 )\n", Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failure_by_its_short_name_is_that_of_the_configured_monitor()
    {
        Assert.Equal(0, Try("-SQ", "-O", InFolder("running.xml")));
        Assert.Equal(0, TryOn("running.xml", "-R", "--fail", "a@n1"));
        Assert.Contains("a_monitor_20000@n1=1", Output, StringComparison.Ordinal);
        Assert.Contains("Recover    a", Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--ban 'a': write RESOURCE@NODE", "--ban", "a")]
    [InlineData("--ban 'b@n1': there is no resource 'b'", "--ban", "b@n1")]
    [InlineData("--ban 'a@n9': there is no node 'n9' (did you mean 'n1'?)", "--ban", "a@n9")]
    [InlineData("--set 'x:y=1': write OPTION=VALUE, resource:ID:NAME=VALUE or node:NAME:ATTRIBUTE=VALUE", "--set", "x:y=1")]
    [InlineData("--fail 'a': write RESOURCE@NODE or RESOURCE_TASK_INTERVALMS@NODE=RC", "--fail", "a")]
    public void What_cannot_be_triedOutput_is_told_and_nothing_is_simulated(string message, params string[] args)
    {
        Assert.Equal(64, Try(["-R", .. args]));
        Assert.Contains(message, Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Transition Summary", Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_transition_can_be_saved_as_a_picture_and_as_a_page()
    {
        Assert.Equal(0, Try("-RQ", "--save-svg", InFolder("t.svg"), "--save-html", InFolder("t.html")));
        Assert.StartsWith("<svg", File.ReadAllText(InFolder("t.svg")), StringComparison.Ordinal);
        Assert.Contains("start a", File.ReadAllText(InFolder("t.svg")), StringComparison.Ordinal);
        Assert.Contains("<title>Transition for cib.xml</title>", File.ReadAllText(InFolder("t.html")), StringComparison.Ordinal);
    }

    private int Try(params string[] args) => TryOn("cib.xml", args);

    private int TryOn(string file, params string[] args) => Run(["-x", InFolder(file), .. args]);
}
