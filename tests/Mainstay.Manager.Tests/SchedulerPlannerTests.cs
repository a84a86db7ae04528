using System.Globalization;
using System.Text;
using Mainstay.Cib;

namespace Mainstay.Manager.Tests;

public sealed class SchedulerPlannerTests
{
    [Fact]
    public void A_chain_of_thousands_of_colocations_does_not_end_the_manager()
    {
        const int Length = 3000;
        var resources = new StringBuilder();
        var constraints = new StringBuilder();
        for (int i = 0; i < Length; i++)
        {
            resources.Append(CultureInfo.InvariantCulture, $"""<primitive id="r{i}" class="ocf" provider="heartbeat" type="Dummy"/>""");
            if (i == 0) continue;
            constraints.Append(
                CultureInfo.InvariantCulture, $"""<rsc_colocation id="c{i}" rsc="r{i - 1}" with-rsc="r{i}" score="INFINITY"/>""");
        }

        string text = $"""
            <cib validate-with="pacemaker-4.0" crm_feature_set="3.20.5" admin_epoch="0" epoch="1" num_updates="0" have-quorum="1"><configuration>
              <crm_config><cluster_property_set id="o"><nvpair id="o1" name="fencing-enabled" value="false"/></cluster_property_set></crm_config>
              <nodes><node id="1" uname="n1"/></nodes><resources>{resources}</resources><constraints>{constraints}</constraints></configuration>
              <status><node_state id="1" uname="n1" in_ccm="true" crmd="online" join="member" expected="member"/></status></cib>
            """;

        var graph = new SchedulerPlanner().Plan(CibDocument.Parse(text).Document!, 1_800_000_000);

        Assert.Equal(Length, graph.Synapses.SelectMany(s => s.Actions).Count(a => a.Task == "start"));
    }
}
