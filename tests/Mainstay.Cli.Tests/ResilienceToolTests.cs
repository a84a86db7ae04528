using System.Text.Json;
using Mainstay.Cli.Resilience;
using Mainstay.Testing;

namespace Mainstay.Cli.Tests;

public sealed class ResilienceToolTests
{
    private static (int Code, string Out, string Error) Run(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var context = new ToolContext("mainstay", output, error, TextReader.Null, static _ => null, TerminalFacts.Plain);
        int code = new ResilienceTool().Run(context, args);
        return (code, output.ToString(), error.ToString());
    }

    private static string Case(string name)
    {
        Assert.SkipWhen(Repository.Shared is null, "the conformance data is not there");
        return Repository.SharedPath("cases", "scheduler", "xml", name + ".xml");
    }

    [Fact]
    public void The_report_names_every_node_and_the_exit_status_tells_whether_services_are_lost()
    {
        var (code, output, _) = Run("resilience", "--file", Case("whitebox-fail1"));

        Assert.Equal(0, code);
        foreach (var node in new[] { "18node1", "18node2", "18node3", "lxc1   ", "lxc2   " }) Assert.Contains($"\n{node}  kept ", output,
            StringComparison.Ordinal);
        Assert.EndsWith("5 losses played through, every service survives each of them.\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Pairs_are_played_through_when_asked_for()
    {
        var (code, output, _) = Run("resilience", "--file", Case("whitebox-fail1"), "--pairs");

        Assert.Equal(1, code);
        Assert.Contains("18node1 18node2  lost ", output, StringComparison.Ordinal);
        Assert.Contains("no-quorum-policy=stop", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_holds_the_same()
    {
        var (code, output, _) = Run("resilience", "--file", Case("whitebox-fail1"), "--lose", "18node1,18node2", "--output-format=json");

        using var document = JsonDocument.Parse(output);
        var scenario = document.RootElement.GetProperty("scenarios")[0];
        Assert.Equal(1, code);
        Assert.False(scenario.GetProperty("quorum").GetBoolean());
        Assert.Equal("no-quorum", scenario.GetProperty("services")[0].GetProperty("cause").GetString());
    }

    [Theory]
    [InlineData("unknown option '--pair' (did you mean '--pairs'?)", "resilience", "--pair")]
    [InlineData("--file needs a value", "resilience", "--file")]
    [InlineData("'half' is no assumption about quorum: majority, kept or lost", "resilience", "--quorum", "half")]
    [InlineData("say what to check: mainstay check resilience")]
    public void Wrong_arguments_are_told_and_end_with_64(string message, params string[] args)
    {
        var (code, _, error) = Run(args);

        Assert.Equal(64, code);
        Assert.StartsWith($"Error: {message}\n", error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_node_is_refused_with_the_nearest_name()
    {
        var (code, _, error) = Run("resilience", "--file", Case("whitebox-fail1"), "--lose", "18node9");

        Assert.Equal(64, code);
        Assert.Equal("Error: '18node9' is no node that is online (did you mean '18node1'?)\n", error);
    }

    [Theory]
    [InlineData(66, "cib.xml: ", null)]
    [InlineData(65, "cib.xml:1:", "<cib")]
    [InlineData(78, "no schema 'pacemaker-9999.0'", "<cib validate-with=\"pacemaker-9999.0\"/>")]
    [InlineData(65, "no node of the cluster is online",
        "<cib validate-with=\"pacemaker-4.0\" admin_epoch=\"0\" epoch=\"1\" num_updates=\"0\"><configuration><crm_config/><nodes/>"
        + "<resources/><constraints/></configuration><status/></cib>")]
    public void A_configuration_that_cannot_be_used_is_not_taken_for_a_loss(int status, string reason, string? text)
    {
        var folder = Directory.CreateTempSubdirectory("mainstay-resilience-");
        try
        {
            string file = Path.Combine(folder.FullName, "cib.xml");
            if (text is not null) File.WriteAllText(file, text);
            var (code, output, error) = Run("resilience", "--file", file);

            Assert.Equal(status, code);
            Assert.Empty(output);
            Assert.Contains(reason, error, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
