using Mainstay.Lab.Tests.Harness;

namespace Mainstay.Lab.Tests.Failover;

/// <summary>
/// What the failover tests need of a cluster stack. The tests themselves look at the hosts from outside only, so the same tests run on the
/// reference stack (<c>MAINSTAY_LAB_STACK=corosync</c>): that is how it is known that they are right.
/// </summary>
internal interface IClusterStack
{
    /// <summary>Programs that must be installed on this machine.</summary>
    string[] NeededPrograms { get; }

    /// <summary>Installs the stack in every host, with a boot script, and starts it.</summary>
    void Start(LabCluster lab, int tokenMs);

    /// <summary>Replaces cluster properties and resources.</summary>
    void Load(LabCluster lab, string propertiesXml, string resourcesXml);

    /// <summary>Nodes online as a node sees them, sorted; and the text it was read from.</summary>
    (IReadOnlyList<string> Online, string Text) Online(LabCluster lab, string node);

    /// <summary>Switches standby of a node on or off.</summary>
    void SetStandby(LabCluster lab, string node, bool isOn);

    /// <summary>What to read when something went wrong: status and last log lines of a node.</summary>
    string Diagnose(LabCluster lab, string node);
}
