using Mainstay.Knet;
using Mainstay.Ring.Core.Configuration;

namespace Mainstay.Ring.Links;

/// <summary>Events of the knet layer as log lines, in the operator's words.</summary>
internal static class KnetEventText
{
    public static (LogPriority Priority, string Text) Of(in KnetEvent what) => what.Kind switch
    {
        KnetEventKind.LinkUp => (LogPriority.Info, $"[KNET] host: {what.Node} link: {what.Link} is up"),
        KnetEventKind.LinkDown => (LogPriority.Warning, $"[KNET] host: {what.Node} link: {what.Link} is down: no pong in time"),
        KnetEventKind.HostReachable => (LogPriority.Notice, $"[KNET] host: {what.Node} is reachable"),
        KnetEventKind.HostUnreachable => (LogPriority.Warning, $"[KNET] host: {what.Node} has no active links"),
        KnetEventKind.LinkMtu when what.Value > 0 => (
            LogPriority.Info, $"[KNET] host: {what.Node} link: {what.Link} carries packets of {what.Value} bytes"),
        KnetEventKind.LinkMtu => (
            LogPriority.Warning,
            $"[KNET] host: {what.Node} link: {what.Link} does not carry packets of the size tried: smaller ones are used until a search"
                + " ends"),
        KnetEventKind.DataMtu => (LogPriority.Info, $"[KNET] data per fragment is {what.Value} bytes now"),
        KnetEventKind.NotAuthentic => (
            LogPriority.Error,
            $"[KNET] packets from {what.Source} on link {what.Link} are not authentic:"
                + " compare authkey, crypto_cipher and crypto_hash of that node with this one's"),
        KnetEventKind.UnlistedSource => (
            LogPriority.Warning, $"[KNET] packets from {what.Source} on link {what.Link} are dropped: the address is not configured there"),
        KnetEventKind.UnknownHost => (
            LogPriority.Warning, $"[KNET] packets from {what.Source} are dropped: node id {what.Node} is not in the nodelist"),
        KnetEventKind.OwnNodeId => (
            LogPriority.Error, $"[KNET] {what.Source} uses this node's id {what.Node}: give every node its own nodeid"),
        KnetEventKind.OtherVersion => (
            LogPriority.Error, $"[KNET] packets from {what.Source} are dropped: protocol version {what.Value} is not supported"),
        KnetEventKind.WrongLink => (
            LogPriority.Error,
            $"[KNET] node {what.Node} calls link {what.Value} what is link {what.Link} here: compare the ringN_addr of both files"),
        _ => (
            LogPriority.Error,
            $"[KNET] node {what.Node} compresses by model {what.Value}, which this version cannot read: set knet_compression_model to zlib"
                + " or none"),
    };
}
