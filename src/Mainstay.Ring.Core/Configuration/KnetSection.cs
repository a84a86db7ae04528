using System.Collections.Immutable;
using Mainstay.Knet;

namespace Mainstay.Ring.Core.Configuration;

/// <summary>What transport knet is made of (spec/knet-wire.md section 7).</summary>
/// <param name="Settings">Settings of the layer.</param>
/// <param name="Ports">UDP port by link id, the same on all nodes.</param>
public sealed record KnetSection(KnetSettings Settings, ImmutableSortedDictionary<int, int> Ports);
