using Mainstay.Ring.Core;
using Mainstay.Ring.Core.Map;

namespace Mainstay.Ring.Links;

/// <summary>What a transport tells of its links, for status displays and the statistics map.</summary>
internal interface ILinkReport
{
    /// <summary><c>totem.transport</c>: knet, udpu, udp.</summary>
    string Transport { get; }

    /// <summary>The links to all configured nodes, this one too, ascending by link, then node.</summary>
    /// <param name="members">Node ids of the present ring, for transports that do not watch their links themselves.</param>
    IReadOnlyList<LinkStatus> Links(IReadOnlyList<uint> members);

    /// <summary>Further keys of the statistics map, such as <c>stats.knet.handle.*</c>.</summary>
    IEnumerable<KeyValuePair<string, MapValue>> Statistics();
}
