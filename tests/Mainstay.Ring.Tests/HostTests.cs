using System.Net;

namespace Mainstay.Ring.Tests;

/// <summary>What the configuration is told of this host.</summary>
public sealed class HostTests
{
    [Fact]
    public void The_loopback_addresses_are_addresses_of_this_host() =>
        Assert.Contains(IPAddress.Loopback, InterfaceAddresses.List());

    [Theory]
    [InlineData("uid", "root", 0u)]
    [InlineData("gid", "root", 0u)]
    [InlineData("uid", "4711", 4711u)]
    [InlineData("uid", "no-such-user", null)]
    [InlineData("gid", "no-such-group", null)]
    [InlineData("uid", "", null)]
    [InlineData("uid", "-1", null)]
    public void Users_and_groups_are_found_by_number_or_name(string kind, string name, uint? number) =>
        Assert.Equal(number, IdentityNames.Find(kind, name));

    [Fact]
    public void Every_user_and_group_of_this_host_has_the_number_that_its_file_says()
    {
        foreach (var (kind, file) in new[] { ("uid", "/etc/passwd"), ("gid", "/etc/group") })
        {
            // The first entry of a name counts.
            foreach (var entry in File.ReadLines(file).Select(l => l.Split(':')).Where(f => f.Length > 2).GroupBy(f => f[0]))
            {
                Assert.Equal(uint.Parse(entry.First()[2]), IdentityNames.Find(kind, entry.Key));
            }
        }
    }
}
