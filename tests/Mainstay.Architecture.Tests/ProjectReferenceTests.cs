using System.Xml.Linq;
using Mainstay.Testing;

namespace Mainstay.Architecture.Tests;

/// <summary>Dependencies point one way (docs/architecture.md, "Projects"). A new reference is a decision: it is added here on purpose.</summary>
public sealed class ProjectReferenceTests
{
    private static readonly SortedDictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Mainstay.Totem"] = [],
        ["Mainstay.Knet"] = ["Mainstay.Totem"],
        ["Mainstay.Ring.Core"] = ["Mainstay.Totem", "Mainstay.Knet"],
        ["Mainstay.Ring.Client"] = [],
        ["Mainstay.Ring"] = ["Mainstay.Totem", "Mainstay.Knet", "Mainstay.Ring.Core", "Mainstay.Ring.Client"],
        ["Mainstay.Cib"] = [],
        ["Mainstay.Scheduler"] = ["Mainstay.Cib"],
        ["Mainstay.Agents"] = [],
        ["Mainstay.Client"] = [],
        ["Mainstay.Manager.Core"] = ["Mainstay.Cib", "Mainstay.Scheduler"],
        ["Mainstay.Manager"] =
        [
            "Mainstay.Manager.Core", "Mainstay.Cib", "Mainstay.Scheduler", "Mainstay.Agents", "Mainstay.Ring.Client", "Mainstay.Client",
        ],
        ["Mainstay.Simulator"] = ["Mainstay.Totem", "Mainstay.Knet", "Mainstay.Ring.Core"],
        ["Mainstay.Cli"] =
        [
            "Mainstay.Client", "Mainstay.Cib", "Mainstay.Scheduler", "Mainstay.Agents", "Mainstay.Ring.Client", "Mainstay.Ring.Core",
            "Mainstay.Simulator",
        ],
    };

    private static readonly string[] Cores =
    [
        "Mainstay.Totem", "Mainstay.Knet", "Mainstay.Ring.Core", "Mainstay.Cib", "Mainstay.Scheduler", "Mainstay.Manager.Core",
    ];

    private static readonly string[] AllowedPackages = ["Spectre.Console"];

    public static TheoryData<string> Projects() =>
        [.. Directory.GetDirectories(Path.Combine(Repository.Root, "src"), "Mainstay.*").Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_the_architecture_allows(string project)
    {
        Assert.True(Allowed.TryGetValue(project, out var allowed), $"{project} is new: say in {nameof(ProjectReferenceTests)} what it may reference");
        var references = Items(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path));

        Assert.Empty(references.Except(allowed!, StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_uses_only_packages_that_were_decided_on(string project) =>
        Assert.Empty(Items(project, "PackageReference").Except(AllowedPackages, StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Projects))]
    public void Only_the_manager_uses_the_web_framework(string project)
    {
        var frameworks = Items(project, "FrameworkReference");

        Assert.Equal(string.Equals(project, "Mainstay.Manager", StringComparison.Ordinal) ? ["Microsoft.AspNetCore.App"] : [], frameworks);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Cores_and_only_cores_are_marked_as_cores(string project)
    {
        var marked = Load(project).Descendants("MainstayCore").Any(element => string.Equals(element.Value, "true", StringComparison.Ordinal));

        Assert.Equal(Cores.Contains(project, StringComparer.Ordinal), marked);
    }

    [Fact]
    public void A_core_references_only_cores() =>
        Assert.All(Cores, core => Assert.Empty(Allowed[core].Except(Cores, StringComparer.Ordinal)));

    private static string[] Items(string project, string kind) =>
        [.. Load(project).Descendants(kind).Select(element => (string?)element.Attribute("Include")).OfType<string>()];

    private static XDocument Load(string project) => XDocument.Load(Path.Combine(Repository.Root, "src", project, project + ".csproj"));
}
