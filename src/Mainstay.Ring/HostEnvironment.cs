using System.Net;
using Mainstay.Knet;
using Mainstay.Ring.Core.Configuration;

namespace Mainstay.Ring;

/// <summary>What the configuration needs to know of this host.</summary>
internal static class HostEnvironment
{
    /// <summary>Asks the system.</summary>
    /// <param name="arguments">Which node of the list this one is, where they say it.</param>
    /// <param name="running">The configuration that is in force already.</param>
    public static ConfigurationEnvironment Gather(RingArguments arguments, RingConfiguration? running) => new()
    {
        // All of it: the runtime's name of the machine ends at the first dot.
        HostName = Dns.GetHostName(),
        LocalAddresses = InterfaceAddresses.List(),
        Resolve = NameResolution.Resolve,
        ReadKeyFile = ReadKeyFile,
        ResolveIdentity = IdentityNames.Find,
        NodeName = arguments.NodeName,
        NodeId = arguments.NodeId,
        Running = running,
    };

    private static KeyFile ReadKeyFile(string path)
    {
        try
        {
            // One byte more than counts tells that there are more.
            return new KeyFile(RegularFile.ReadStart(path, KnetLimits.KeySizeMax + 1), null);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return new KeyFile(default, problem.Message);
        }
    }
}
