using System.Globalization;
using System.Text;

namespace Mainstay.Manager.Core.Tests.Harness;

/// <summary>Configurations the tests start from.</summary>
internal static class Configurations
{
    /// <summary>A group of two primitives, two lone primitives, and a fence device for every node.</summary>
    public static string Standard(int nodes, string options = "", bool hasFencing = true)
    {
        var text = new StringBuilder();
        text.Append("<cib crm_feature_set=\"3.20.5\" validate-with=\"pacemaker-4.0\" admin_epoch=\"0\" epoch=\"7\" num_updates=\"0\"><configuration><crm_config>");
        text.Append("<cluster_property_set id=\"cib-bootstrap-options\">");
        if (!hasFencing) text.Append("<nvpair id=\"o-fencing\" name=\"stonith-enabled\" value=\"false\"/>");
        text.Append("<nvpair id=\"o-watchdog\" name=\"have-watchdog\" value=\"false\"/>");
        text.Append("<nvpair id=\"o-version\" name=\"dc-version\" value=\"0.1.0-mainstay\"/>");
        text.Append("<nvpair id=\"o-infra\" name=\"cluster-infrastructure\" value=\"corosync\"/>");
        text.Append("<nvpair id=\"o-name\" name=\"cluster-name\" value=\"sim\"/>");
        text.Append(options);
        text.Append("</cluster_property_set></crm_config><nodes>");
        for (var id = 1; id <= nodes; id++) text.Append(CultureInfo.InvariantCulture, $"<node id=\"{id}\" uname=\"node{id}\"/>");
        text.Append("</nodes><resources>");
        if (hasFencing)
        {
            text.Append("<primitive id=\"fence\" class=\"stonith\" type=\"fence_sim\"><instance_attributes id=\"fence-p\"><nvpair id=\"fence-l\" name=\"pcmk_host_list\" value=\"");
            text.AppendJoin(',', Enumerable.Range(1, nodes).Select(id => $"node{id}"));
            text.Append("\"/></instance_attributes></primitive>");
        }

        text.Append("<group id=\"grp\">").Append(Primitive("ip", 1000)).Append(Primitive("web", 1000)).Append("</group>");
        text.Append(Primitive("db", 2000));
        text.Append("</resources><constraints/></configuration><status/></cib>");
        return text.ToString();
    }

    private static string Primitive(string id, int intervalMs) =>
        $"<primitive id=\"{id}\" class=\"ocf\" provider=\"mainstay\" type=\"Dummy\"><operations>"
        + $"<op id=\"{id}-m\" name=\"monitor\" interval=\"{intervalMs}ms\" timeout=\"20s\"/></operations></primitive>";
}
