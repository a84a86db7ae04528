using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>
/// The typed views of a document's sections, in document order. They read the XML when asked, so they follow its changes.
/// </summary>
/// <param name="document">The document.</param>
public sealed class CibModel(CibDocument document)
{
    /// <summary>The document.</summary>
    public CibDocument Document { get; } = document;

    /// <summary>The top-level resources and templates.</summary>
    public IReadOnlyList<CibResource> Resources => All("resources", CibResource.Of);

    /// <summary>All resources, those inside others included, without templates.</summary>
    public IEnumerable<CibResource> AllResources
        => Resources.Where(resource => resource is not CibTemplate).SelectMany(resource => resource.SelfAndDescendants());

    /// <summary>The constraints.</summary>
    public IReadOnlyList<CibConstraint> Constraints => All("constraints", CibConstraint.Of);

    /// <summary>The configured nodes.</summary>
    public IReadOnlyList<CibNode> Nodes => All("nodes", element => element.Is("node") ? new CibNode(element) : null);

    /// <summary>The levels of the fencing topology.</summary>
    public IReadOnlyList<CibFencingLevel> FencingLevels
        => All("fencing-topology", element => element.Is("fencing-level") ? new CibFencingLevel(element) : null);

    /// <summary>The alerts.</summary>
    public IReadOnlyList<CibAlert> Alerts => All("alerts", element => element.Is("alert") ? new CibAlert(element) : null);

    /// <summary>The tags.</summary>
    public IReadOnlyList<CibTag> Tags => All("tags", element => element.Is("tag") ? new CibTag(element) : null);

    /// <summary>The users and groups of access control.</summary>
    public IReadOnlyList<CibAclTarget> AclTargets
        => All("acls", element => element.Name.LocalName is "acl_target" or "acl_group" ? new CibAclTarget(element) : null);

    /// <summary>The permissions of a role of access control.</summary>
    /// <param name="roleId">The role's id.</param>
    public IReadOnlyList<CibAclPermission> Permissions(string roleId)
        => [.. (Document.Section("acls")?.Elements("acl_role").FirstOrDefault(role => role.Id() == roleId)?
            .Elements("acl_permission") ?? [])
            .Select(permission => new CibAclPermission(permission))];

    /// <summary>Finds a resource by its id, at any depth.</summary>
    /// <param name="id">The id.</param>
    public CibResource? FindResource(string id) => AllResources.FirstOrDefault(resource => resource.Id == id);

    private List<T> All<T>(string section, Func<XElement, T?> view)
        where T : class
        => [.. (Document.Section(section)?.Elements() ?? []).Select(view).OfType<T>()];
}
