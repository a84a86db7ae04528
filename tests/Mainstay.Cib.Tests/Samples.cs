using System.Xml.Linq;

namespace Mainstay.Cib.Tests;

/// <summary>Documents the tests share.</summary>
internal static class Samples
{
    public const string Base = """
        <cib crm_feature_set="3.10.0" validate-with="pacemaker-3.9" admin_epoch="1" epoch="7" num_updates="3">
          <configuration>
            <crm_config>
              <cluster_property_set id="o">
                <nvpair id="o1" name="no-quorum-policy" value="ignore"/>
                <nvpair id="o2" name="x" value="5"/>
              </cluster_property_set>
            </crm_config>
            <nodes><node id="1" uname="n1"/></nodes>
            <resources>
              <primitive id="A" class="ocf" provider="pacemaker" type="Dummy"/>
              <!-- about B -->
              <primitive id="B" class="ocf" provider="pacemaker" type="Dummy">
                <meta_attributes id="Bm"><nvpair id="Bm1" name="a" value="1"/></meta_attributes>
              </primitive>
            </resources>
            <constraints/>
          </configuration>
          <status><node_state id="1" uname="n1"/></status>
        </cib>
        """;

    public static readonly CibDateTime Now = new(1_700_000_000);

    public static CibDocument Document(string text = Base) => CibDocument.Parse(text).DocumentOrThrow();

    public static XElement Element(string text) => XElement.Parse(text);

    /// <summary>A document of the newest schema with this content of <c>configuration</c>'s sections.</summary>
    public static CibDocument With(string resources = "", string options = "", string constraints = "", string more = "") => Document($"""
        <cib validate-with="pacemaker-4.0" admin_epoch="0" epoch="1" num_updates="0">
          <configuration>
            <crm_config>{options}</crm_config>
            <nodes/>
            <resources>{resources}</resources>
            <constraints>{constraints}</constraints>
            {more}
          </configuration>
          <status/>
        </cib>
        """);
}
