namespace Mainstay.Simulator.Tests;

public sealed class PlaceholderTests
{
    [Fact]
    public void Repository_is_found() => Assert.True(Directory.Exists(Mainstay.Testing.Repository.Root));
}
