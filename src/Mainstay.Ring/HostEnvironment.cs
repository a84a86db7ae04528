using System.Net;
using System.Net.NetworkInformation;
using Mainstay.Knet;
using Mainstay.Ring.Core.Configuration;

namespace Mainstay.Ring;

/// <summary>What the configuration needs to know of this host.</summary>
internal static class HostEnvironment
{
    public static ConfigurationEnvironment Gather(RingArguments arguments) => new()
    {
        HostName = Environment.MachineName,
        LocalAddresses = LocalAddresses(),
        Resolve = NameResolution.Resolve,
        ReadKeyFile = ReadKeyFile,
        ResolveIdentity = ResolveIdentity,
        NodeName = arguments.NodeName,
        NodeId = arguments.NodeId,
    };

    private static List<IPAddress> LocalAddresses()
    {
        var addresses = new List<IPAddress>();
        foreach (var network in NetworkInterface.GetAllNetworkInterfaces())
        {
            foreach (var address in network.GetIPProperties().UnicastAddresses) addresses.Add(address.Address);
        }

        return addresses;
    }

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

    private static uint? ResolveIdentity(string kind, string name)
    {
        if (uint.TryParse(name, out var number)) return number;
        try
        {
            foreach (var line in File.ReadLines(kind == "uid" ? "/etc/passwd" : "/etc/group"))
            {
                var fields = line.Split(':');
                if (fields.Length > 2 && fields[0] == name && uint.TryParse(fields[2], out number)) return number;
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        return null;
    }
}
