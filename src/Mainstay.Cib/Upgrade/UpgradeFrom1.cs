using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>The step from the 1.x to the 2.x form: access control lists (spec/cib-model.md section 12).</summary>
internal static class UpgradeFrom1
{
    public static void Transform(XElement configuration)
    {
        if (configuration.Element("acls") is not { } acls)
        {
            return;
        }

        foreach (var element in acls.Elements().ToList())
        {
            if (element.Is("acl_user"))
            {
                TransformUser(element);
            }
            else if (element.Is("acl_role"))
            {
                TransformPermissions(element);
            }
        }
    }

    /// <summary>A user refers to roles only; permissions given directly become a role of their own.</summary>
    private static void TransformUser(XElement user)
    {
        user.Name = "acl_target";
        var permissions = user.Elements().Where(IsPermission).ToList();
        foreach (var reference in user.Elements("role_ref").ToList())
        {
            reference.Name = "role";
        }

        if (permissions.Count == 0)
        {
            return;
        }

        var roleId = $"auto-{user.Id()}";
        permissions.ForEach(permission => permission.Remove());
        var role = new XElement("acl_role", new XAttribute("id", roleId), permissions);
        role.SetLine(user.Line());
        TransformPermissions(role);
        user.AddAfterSelf(role);
        user.AddFirst(new XElement("role", new XAttribute("id", roleId)));
    }

    private static bool IsPermission(XElement element) => element.Name.LocalName is "read" or "write" or "deny";

    private static void TransformPermissions(XElement role)
    {
        foreach (var permission in role.Elements().Where(IsPermission).ToList())
        {
            permission.SetAttributeValue("kind", permission.Name.LocalName);
            permission.Name = "acl_permission";
            Rename(permission, "ref", "reference");
            Rename(permission, "tag", "object-type");
            if (permission.Value("xpath") is { } xpath && permission.Value("attribute") is { } attribute)
            {
                permission.SetAttributeValue("xpath", $"{xpath}[@{attribute}]");
                permission.SetAttributeValue("attribute", null);
            }
        }
    }

    private static void Rename(XElement element, string from, string to)
    {
        if (element.Value(from) is { } value)
        {
            element.SetAttributeValue(from, null);
            element.SetAttributeValue(to, value);
        }
    }
}
