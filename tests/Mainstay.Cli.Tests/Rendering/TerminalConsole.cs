using Mainstay.Cli.Pcs;

namespace Mainstay.Cli.Tests.Rendering;

/// <summary>Runs command lines in this process, as on a terminal of any kind.</summary>
internal static class TerminalConsole
{
    public static readonly TerminalFacts Colour = new(IsInteractive: true, HasColour: true) { Width = 100, HasUnicode = true };

    public static readonly TerminalFacts NoColour = Colour with { HasColour = false };

    /// <summary>Two nodes, one of them not clean; a group with a failed member, a stopped and a disabled resource.</summary>
    public const string Cib = """
        <cib crm_feature_set="3.19.0" validate-with="pacemaker-4.0" epoch="1" num_updates="0" admin_epoch="0" have-quorum="1" dc-uuid="1">
          <configuration>
            <crm_config><cluster_property_set id="cib-bootstrap-options">
              <nvpair id="o-1" name="cluster-name" value="shop"/>
              <nvpair id="o-2" name="stonith-enabled" value="true"/>
            </cluster_property_set></crm_config>
            <nodes>
              <node id="1" uname="node1"><instance_attributes id="nodes-1"><nvpair id="n1-rack" name="rack" value="3"/></instance_attributes></node>
              <node id="2" uname="node2"/>
            </nodes>
            <resources>
              <group id="web">
                <primitive id="address" class="ocf" provider="heartbeat" type="IPaddr2"/>
                <primitive id="server" class="ocf" provider="heartbeat" type="nginx"/>
              </group>
              <primitive id="database-of-the-warehouse-management-system" class="ocf" provider="heartbeat" type="pgsql"/>
              <primitive id="spare" class="ocf" provider="heartbeat" type="Dummy">
                <meta_attributes id="spare-meta"><nvpair id="spare-role" name="target-role" value="Stopped"/></meta_attributes>
              </primitive>
            </resources>
            <constraints>
              <rsc_location id="location-web-node2" rsc="web" node="node2" score="-INFINITY"/>
              <rsc_location id="location-web-rack" rsc="web">
                <rule id="location-web-rack-rule" score="50"><expression id="location-web-rack-e" attribute="rack" operation="eq" value="3"/></rule>
              </rsc_location>
              <rsc_colocation id="colocation-spare-web" rsc="spare" with-rsc="web" score="-100"/>
              <rsc_order id="order-web-spare" first="web" then="spare" kind="Optional"/>
              <rsc_order id="order-set">
                <resource_set id="order-set-1" sequential="false"><resource_ref id="address"/><resource_ref id="spare"/></resource_set>
              </rsc_order>
              <rsc_ticket id="ticket-web" ticket="site" rsc="web" loss-policy="stop"/>
            </constraints>
          </configuration>
          <status>
            <node_state id="1" uname="node1" in_ccm="true" crmd="online" join="member" expected="member">
              <lrm id="1"><lrm_resources>
                <lrm_resource id="address" class="ocf" provider="heartbeat" type="IPaddr2">
                  <lrm_rsc_op id="address_last_0" operation_key="address_start_0" operation="start" call-id="5" rc-code="0" op-status="0"
                    interval="0" transition-key="1:1:0:a" transition-magic="0:0;1:1:0:a" last-rc-change="1700000000"/>
                </lrm_resource>
                <lrm_resource id="server" class="ocf" provider="heartbeat" type="nginx">
                  <lrm_rsc_op id="server_last_failure_0" operation_key="server_monitor_10000" operation="monitor" call-id="7" rc-code="1"
                    op-status="4" interval="10000" transition-key="2:1:0:a" transition-magic="4:1;2:1:0:a" exit-reason="no answer [80]"
                    last-rc-change="1700000000"/>
                </lrm_resource>
              </lrm_resources></lrm>
            </node_state>
            <node_state id="2" uname="node2" in_ccm="false" crmd="offline" join="down" expected="member"/>
          </status>
        </cib>
        """;

    public static string Run(TerminalFacts terminal, string name, params string[] words)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, Cib);
            var output = new StringWriter();
            var error = new StringWriter();
            var context = new ToolContext(name, output, error, TextReader.Null, static _ => null, terminal);

            Assert.Equal(0, new PcsTool().Run(context, ["-f", file, .. words]));
            Assert.Equal("", error.ToString());
            return output.ToString();
        }
        finally
        {
            File.Delete(file);
        }
    }
}
