using System.Text.Json;
using Mainstay.Cli.Completion;
using Mainstay.Cli.Tests.ClusterTools;
using Mainstay.Testing;

namespace Mainstay.Cli.Tests.Explain;

public sealed class ExplainToolTests : IDisposable
{
    private const string Cib = """
        <cib crm_feature_set="3.19.0" validate-with="pacemaker-3.9" admin_epoch="0" epoch="1" num_updates="0" have-quorum="1">
          <configuration>
            <crm_config><cluster_property_set id="cib-bootstrap-options">
              <nvpair id="no-fencing" name="fencing-enabled" value="false"/>
            </cluster_property_set></crm_config>
            <nodes><node id="1" uname="alpha"/><node id="2" uname="beta"/></nodes>
            <resources><primitive id="web" class="ocf" provider="heartbeat" type="Dummy"/></resources>
            <constraints>
              <rsc_location id="web-alpha" rsc="web" node="alpha" score="100"/>
              <rsc_location id="web-beta" rsc="web" node="beta" score="50"/>
              <rsc_location id="no-beta" rsc="web" node="beta" score="-INFINITY"/>
            </constraints>
          </configuration>
          <status>
            <node_state id="1" uname="alpha" in_ccm="true" crmd="online" join="member" expected="member"/>
            <node_state id="2" uname="beta" in_ccm="true" crmd="online" join="member" expected="member"/>
          </status>
        </cib>
        """;

    private readonly string _file = Path.GetTempFileName();

    public ExplainToolTests() => File.WriteAllText(_file, Cib);

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void The_table_adds_every_contribution_up_and_shows_infinity_as_a_ban()
    {
        string answer = ExplainRun.Text(["web", "--file", _file]);

        Assert.EndsWith(
            """
            Scores of web
              Node   Change       Score  Because
              alpha  start 0          0  possible
                     +100           100  location constraint web-alpha (line 9)
                     sum            100  chosen
              beta   start 0          0  possible
                     ban      -INFINITY  location constraint no-beta (line 11)
                     +50      -INFINITY  location constraint web-beta (line 10)
                     sum      -INFINITY

            """,
            answer,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_named_by_the_environment_is_read_as_well()
    {
        var (code, output, _) = ExplainRun.Run(["web", "on", "beta"], _file);

        Assert.Equal(0, code);
        Assert.Contains("web cannot run on beta: location constraint no-beta (line 11) keeps web away from beta (score -INFINITY).\n",
            output,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_file_the_running_cluster_is_asked_and_lines_mean_nothing()
    {
        using var manager = new FakeManager().Answer("GET /v1/cib", Cib);
        using var run = ToolRun.OnSocket(manager.SocketPath);

        Assert.Equal(0, run.Run("mainstay", "explain", "web", "on", "beta"));
        Assert.Contains("location constraint no-beta keeps web away from beta (score -INFINITY).\n", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("(line", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cluster_that_does_not_answer_is_an_error_of_its_own()
    {
        using var run = ToolRun.OnSocket(_file + ".none");

        Assert.Equal(102, run.Run("mainstay", "explain", "web"));
        Assert.Contains("Could not connect to the CIB", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_has_the_sentences_the_reasons_and_the_numbers()
    {
        using var answer = JsonDocument.Parse(ExplainRun.Text(["web", "--output-format", "json", "--file", _file]));
        var root = answer.RootElement;

        Assert.Equal("resource", root.GetProperty("subject").GetString());
        Assert.Equal("web is stopped and will be started on alpha.", root.GetProperty("summary")[0].GetString());
        var beta = root.GetProperty("scores")[0].GetProperty("nodes")[1];
        Assert.Equal("-INFINITY", beta.GetProperty("score").GetString());
        var ban = beta.GetProperty("contributions")[1];
        Assert.Equal("ban", ban.GetProperty("change").GetString());
        Assert.Equal("Location", ban.GetProperty("reason").GetProperty("kind").GetString());
        Assert.Equal("rsc_location", ban.GetProperty("reason").GetProperty("element").GetString());
        Assert.Equal("no-beta", ban.GetProperty("reason").GetProperty("id").GetString());
        Assert.Equal(11, ban.GetProperty("reason").GetProperty("line").GetInt32());
    }

    [Theory]
    [InlineData(64, "say what to explain")]
    [InlineData(64, "there is no option '--nonsense'", "web", "--nonsense")]
    [InlineData(64, "'web at beta' is not", "web", "at", "beta")]
    [InlineData(64, "'tomorrow' is no date", "web", "--set-datetime", "tomorrow")]
    [InlineData(105, "there is no resource 'wed' (did you mean 'web'?)", "wed")]
    [InlineData(105, "there is no node 'betta' (did you mean 'beta'?)", "web", "on", "betta")]
    [InlineData(105, "no action is known as 'web_stopp_0'", "action", "web_stopp_0")]
    public void Mistakes_are_named_with_the_documented_exit_status(int status, string message, params string[] args)
    {
        var (code, output, error) = ExplainRun.Run([.. args, "--file", _file]);

        Assert.Equal(status, code);
        Assert.Empty(output);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_and_one_that_is_no_cib_have_their_own_exit_status()
    {
        Assert.Equal(66, ExplainRun.Run(["web", "--file", _file + ".none"]).Code);
        File.WriteAllText(_file, "<cib>");
        Assert.Equal(65, ExplainRun.Run(["web", "--file", _file]).Code);
    }

    [Fact]
    public void Changes_are_not_tried_when_not_wanted()
    {
        Assert.DoesNotContain("What would have to change", ExplainRun.Text(["web", "on", "beta", "--no-changes", "--file", _file]),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Words_after_explain_are_completed()
    {
        var context = new ToolContext("mainstay", TextWriter.Null, TextWriter.Null, TextReader.Null,
            name => name == "CIB_file" ? _file : null, TerminalFacts.Plain);

        Assert.Contains("explain", CompletionTool.Words(context, []));
        Assert.Equal(["action", "node", "web"], CompletionTool.Words(context, ["explain"]));
        Assert.Equal(["on"], CompletionTool.Words(context, ["explain", "web"]));
        Assert.Equal(["alpha", "beta"], CompletionTool.Words(context, ["explain", "web", "on"]));
        Assert.Equal(["alpha", "beta"], CompletionTool.Words(context, ["explain", "node"]));
    }

    /// <summary>Nothing that can be asked about any recorded case may fail: every resource and every node.</summary>
    [Fact]
    public void Every_question_about_a_small_case_of_each_group_is_answered()
    {
        string folder = Repository.SharedPath("cases", "scheduler");
        var cases = File.ReadLines(Path.Combine(folder, "cases.tsv")).Skip(1).Select(l => l.Split('\t')).GroupBy(f => f[1])
            .Select(g => g.Select(f => Path.Combine(folder, "xml", f[0] + ".xml")).MinBy(f => new FileInfo(f).Length)!);
        foreach (string file in cases)
        {
            foreach (var element in System.Xml.Linq.XDocument.Load(file).Descendants("primitive").Take(3))
            {
                ExplainRun.Text(["resource", (string)element.Attribute("id")!, "--file", file]);
            }

            foreach (var element in System.Xml.Linq.XDocument.Load(file).Descendants("node").Take(2))
            {
                string answer = ExplainRun.Text(["node", (string)element.Attribute("uname")!, "--file", file]);
                Assert.Contains("will run there.", answer, StringComparison.Ordinal);
            }
        }
    }
}
