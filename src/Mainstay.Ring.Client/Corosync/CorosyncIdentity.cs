using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Mainstay.Ring.Client.Corosync;

/// <summary>Reads who this node is and who the others are from Corosync's map of keys.</summary>
internal static unsafe class CorosyncIdentity
{
    private const int NodeCountMax = 1024;
    private const int LinkCountMax = 8;
    private const int TextType = 11;

    /// <summary>The identity; the nodes are those of the node list.</summary>
    /// <exception cref="RingException">The map cannot be read.</exception>
    public static RingIdentity Read(uint localNode)
    {
        var result = CorosyncLibraries.CmapInitialize(out var map);
        if (result != CorosyncResult.Ok) throw new RingException($"Corosync's map of keys cannot be opened (error {(int)result})");
        try
        {
            var nodes = new List<RingNode>();
            for (var position = 0; position < NodeCountMax; position++)
            {
                var prefix = string.Create(CultureInfo.InvariantCulture, $"nodelist.node.{position}.");
                if (Text(map, prefix + "ring0_addr") is null) break;
                List<string> addresses = [];
                for (var link = 0; link < LinkCountMax
                    && Text(map, $"{prefix}ring{link}_addr") is { } address; link++) addresses.Add(address);
                var name = Text(map, prefix + "name") ?? addresses[0];
                nodes.Add(new RingNode(Number(map, prefix + "nodeid") ?? 0, name, addresses, Number(map, prefix + "quorum_votes") ?? 1));
            }

            return new RingIdentity(localNode, Text(map, "totem.cluster_name") ?? string.Empty, [.. nodes.OrderBy(n => n.NodeId)]);
        }
        finally
        {
            _ = CorosyncLibraries.CmapFinalize(map);
        }
    }

    private static string? Text(ulong map, string key)
    {
        var buffer = Value(map, key, out var type);
        return buffer is null || type != TextType ? null : Encoding.UTF8.GetString(buffer).TrimEnd('\0');
    }

    private static uint? Number(ulong map, string key) =>
        Value(map, key, out _) is { Length: 4 } bytes ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : null;

    private static byte[]? Value(ulong map, string key, out int type)
    {
        nuint size = 0;
        int found;
        type = 0;
        if (CorosyncLibraries.CmapGet(map, key, null, &size, &found) != CorosyncResult.Ok || size > int.MaxValue) return null;
        var buffer = new byte[(int)size];
        fixed (byte* target = buffer)
        {
            if (size > 0 && CorosyncLibraries.CmapGet(map, key, target, &size, &found) != CorosyncResult.Ok) return null;
        }

        type = found;
        return buffer;
    }
}
