namespace Mainstay.Cli.Demo;

/// <summary>The demo's configuration: one web service as a group, one fence device.</summary>
internal static class DemoConfiguration
{
    /// <summary>Name of the group.</summary>
    public const string Service = "web";

    /// <summary>The sections to load, in order.</summary>
    public static IEnumerable<(string Scope, string Xml)> Sections(DemoLayout layout)
    {
        var hosts = string.Join(' ', layout.Nodes.Select(node => node.Name));
        yield return ("crm_config", """
            <crm_config>
              <cluster_property_set id="cib-bootstrap-options">
                <nvpair id="cib-bootstrap-options-stonith-enabled" name="stonith-enabled" value="true"/>
              </cluster_property_set>
            </crm_config>
            """);
        yield return ("resources", $"""
            <resources>
              <primitive id="fence" class="stonith" type="fence_mainstay_process">
                <instance_attributes id="fence-params">
                  <nvpair id="fence-params-directory" name="directory" value="{layout.Root}"/>
                  <nvpair id="fence-params-host-list" name="pcmk_host_list" value="{hosts}"/>
                  <nvpair id="fence-params-host-check" name="pcmk_host_check" value="static-list"/>
                </instance_attributes>
                <operations>
                  <op id="fence-monitor" name="monitor" interval="60s" timeout="20s"/>
                </operations>
              </primitive>
              <group id="{Service}">
                <primitive id="address" class="ocf" provider="mainstay" type="Dummy">
                  <operations>
                    <op id="address-monitor" name="monitor" interval="2s" timeout="10s"/>
                  </operations>
                </primitive>
                <primitive id="server" class="ocf" provider="mainstay" type="HttpServer">
                  <instance_attributes id="server-params">
                    <nvpair id="server-params-port" name="port" value="{layout.ServicePort}"/>
                  </instance_attributes>
                  <operations>
                    <op id="server-start" name="start" interval="0s" timeout="20s"/>
                    <op id="server-monitor" name="monitor" interval="1s" timeout="10s"/>
                    <op id="server-stop" name="stop" interval="0s" timeout="20s"/>
                  </operations>
                </primitive>
              </group>
            </resources>
            """);
    }
}
