using System.Net;

namespace Mainstay.Ring.Tests;

public sealed class NameResolutionTests
{
    [Fact]
    public void Addresses_resolve_to_themselves()
    {
        Assert.Equal([IPAddress.Parse("10.77.0.1")], NameResolution.Resolve("10.77.0.1"));
        Assert.Equal([IPAddress.Parse("fd00::1")], NameResolution.Resolve("fd00::1"));
    }

    /// <summary>The platform's own resolver adds every interface's address to the host's own name.</summary>
    [Fact]
    public void The_own_name_has_the_addresses_that_the_hosts_file_gives_it()
    {
        var given = File.ReadLines("/etc/hosts")
            .Select(line => line.Split('#')[0].Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words.Length > 1 && words.Skip(1).Contains(Environment.MachineName, StringComparer.Ordinal))
            .Select(words => IPAddress.Parse(words[0]))
            .ToList();
        Assert.SkipWhen(given.Count == 0, "/etc/hosts does not name this host");

        Assert.All(NameResolution.Resolve(Environment.MachineName), address => Assert.Contains(address, given));
    }

    [Fact]
    public void An_unknown_name_has_no_address() => Assert.Empty(NameResolution.Resolve("no-such-host.invalid"));
}
