using System.Xml.Linq;

namespace Mainstay.Scheduler;

/// <summary>
/// Builds the configuration of the connection resources that guests and bundle replicas imply (spec/cib-model.md section 7.8).
/// </summary>
internal static class ImplicitConnection
{
    public static XElement Build(Settings settings)
    {
        var (name, launcher) = (settings.Name, settings.Launcher);
        var meta = new XElement("meta_attributes", new XAttribute("id", name + "-meta_attributes"));
        AddPair(meta, name, "meta_attributes", "internal_rsc", "true");
        AddPair(meta, name, "meta_attributes", "container", launcher);
        if (settings.AllowMigrate is { } migrate) AddPair(meta, name, "meta_attributes", "allow-migrate", migrate);
        if (settings.IsManaged is { } managed) AddPair(meta, name, "meta_attributes", "is-managed", managed);

        var operations = new XElement("operations", Operation(name, "monitor", "30s", "30s"));
        if (settings.ConnectTimeout is { } connect) operations.Add(Operation(name, "start", "0", connect));
        var primitive = new XElement(
            "primitive",
            new XAttribute("id", name),
            new XAttribute("class", "ocf"),
            new XAttribute("provider", "pacemaker"),
            new XAttribute("type", "remote"),
            meta,
            operations);
        if (settings.Address is null && settings.Port is null) return primitive;

        var parameters = new XElement("instance_attributes", new XAttribute("id", name + "-instance_attributes"));
        if (settings.Address is { } address) AddPair(parameters, name, "instance_attributes", "addr", address);
        if (settings.Port is { } port) AddPair(parameters, name, "instance_attributes", "port", port);
        primitive.Add(parameters);
        return primitive;
    }

    public static XElement Operation(string resource, string name, string interval, string? timeout)
    {
        var element = new XElement(
            "op",
            new XAttribute("id", $"{resource}-{name}-{interval}"),
            new XAttribute("name", name),
            new XAttribute("interval", interval));
        if (timeout is not null) element.SetAttributeValue("timeout", timeout);
        return element;
    }

    public static void AddPair(XElement parent, string resource, string block, string name, string value) => parent.Add(new XElement(
        "nvpair",
        new XAttribute("id", $"{resource}-{block}-{name}"),
        new XAttribute("name", name),
        new XAttribute("value", value)));

    internal sealed record Settings(string Name, string Launcher)
    {
        public string? AllowMigrate { get; init; }

        public string? IsManaged { get; init; }

        public string? Address { get; init; }

        public string? Port { get; init; }

        public string? ConnectTimeout { get; init; }
    }
}
