using System.Xml.Linq;
using Mainstay.Cli.Configuration;

namespace Mainstay.Cli.Pcs.Resources;

/// <summary>The devices of fencing levels.</summary>
internal static class FencingLevelEdit
{
    /// <summary>The devices of a level.</summary>
    public static List<string> Devices(XElement level) =>
        [.. (level.Text("devices") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    /// <summary>Takes a device out of all levels; a level without devices goes.</summary>
    public static void RemoveDevice(XDocument cib, string device)
    {
        foreach (var level in (CibTree.FindSection(cib, "fencing-topology")?.Elements("fencing-level") ?? []).ToList())
        {
            var devices = Devices(level);
            if (devices.RemoveAll(d => d == device) == 0)
            {
                continue;
            }

            if (devices.Count == 0)
            {
                level.Remove();
            }
            else
            {
                level.SetAttributeValue("devices", string.Join(',', devices));
            }
        }
    }
}
