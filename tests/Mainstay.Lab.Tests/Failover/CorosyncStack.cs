using System.Text.RegularExpressions;
using Mainstay.Lab.Tests.Harness;

namespace Mainstay.Lab.Tests.Failover;

/// <summary>Corosync and Pacemaker as the distribution ships them.</summary>
internal sealed partial class CorosyncStack : IClusterStack
{
    public string[] NeededPrograms => ["corosync", "pacemakerd", "cibadmin", "crm_mon"];

    public void Start(LabCluster lab, int tokenMs) => lab.Lab("corosync", "3", "--transport", "udpu", "--token", $"{tokenMs}", "--quick");

    public void Load(LabCluster lab, string propertiesXml, string resourcesXml)
    {
        lab.Exec("n1", "cibadmin", "-R", "-o", "crm_config", "-X", propertiesXml);
        lab.Exec("n1", "cibadmin", "-R", "-o", "resources", "-X", resourcesXml);
    }

    public (IReadOnlyList<string> Online, string Text) Online(LabCluster lab, string node)
    {
        var text = lab.Try(node, "crm_mon", "-1").Output;
        var online = OnlineLine().Match(text).Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return (online, text);
    }

    public void SetStandby(LabCluster lab, string node, bool isOn) =>
        lab.Exec(node, "crm_standby", "-N", node, isOn ? "-v" : "-D", isOn ? "on" : "-q");

    public string Diagnose(LabCluster lab, string node) =>
        lab.Try(node, "sh", "-c", "crm_mon -1; tail -n 30 /var/log/pacemaker/pacemaker.log; tail -n 10 /var/log/corosync/corosync.log").Output;

    [GeneratedRegex(@"Online: \[ (.*) \]")]
    private static partial Regex OnlineLine();
}
