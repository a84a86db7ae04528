namespace Mainstay.Ring.Client;

/// <summary>Bodies of the frames that have structure, written by the daemon and read by the client.</summary>
internal static class RingFrames
{
    public static void Write(FrameWriter writer, RingIdentity identity)
    {
        writer.UInt32(identity.LocalNodeId).Text(identity.ClusterName).UInt32((uint)identity.Nodes.Count);
        foreach (var node in identity.Nodes)
        {
            writer.UInt32(node.NodeId).Text(node.Name).UInt32(node.Votes).UInt32((uint)node.Addresses.Count);
            foreach (var address in node.Addresses) writer.Text(address);
        }
    }

    public static RingIdentity? ReadIdentity(ref FrameReader reader)
    {
        var local = reader.UInt32();
        var cluster = reader.Text();
        var nodes = new RingNode[reader.Count(14)];
        for (var i = 0; i < nodes.Length; i++)
        {
            var id = reader.UInt32();
            var name = reader.Text();
            var votes = reader.UInt32();
            var addresses = new string[reader.Count(2)];
            for (var a = 0; a < addresses.Length; a++) addresses[a] = reader.Text();
            nodes[i] = new RingNode(id, name, addresses, votes);
        }

        return reader.IsValid ? new RingIdentity(local, cluster, nodes) : null;
    }

    public static void Write(FrameWriter writer, RingQuorumChange quorum)
    {
        writer.UInt32(quorum.Ring.Representative).UInt64(quorum.Ring.Sequence).Byte(quorum.IsQuorate ? (byte)1 : (byte)0);
        writer.UInt32(quorum.Votes).UInt32(quorum.ExpectedVotes).UInt32(quorum.Quorum).UInt32((uint)quorum.Members.Count);
        foreach (var member in quorum.Members) writer.UInt32(member);
    }

    public static RingQuorumChange ReadQuorum(ref FrameReader reader)
    {
        var ring = new RingConfigurationId(reader.UInt32(), reader.UInt64());
        var isQuorate = reader.Byte() != 0;
        var votes = reader.UInt32();
        var expected = reader.UInt32();
        var needed = reader.UInt32();
        var members = new uint[reader.Count(4)];
        for (var i = 0; i < members.Length; i++) members[i] = reader.UInt32();
        return new RingQuorumChange(ring, isQuorate, members, votes, expected, needed);
    }

    public static RingGroupChange ReadGroupChange(ref FrameReader reader)
    {
        var members = new GroupMember[reader.Count(8)];
        for (var i = 0; i < members.Length; i++) members[i] = ReadMember(ref reader);
        return new RingGroupChange(members, ReadChanges(ref reader), ReadChanges(ref reader));
    }

    public static GroupMember ReadMember(ref FrameReader reader) => new(reader.UInt32(), reader.UInt32());

    public static void Write(FrameWriter writer, RingStatus status)
    {
        writer.Text(status.State);
        Write(writer, status.Quorum);
        writer.UInt32(status.HighestExpectedVotes).UInt32((uint)status.Flags.Count);
        foreach (var flag in status.Flags) writer.Text(flag);
        writer.UInt32((uint)status.MemberVotes.Count);
        foreach (var (node, votes) in status.MemberVotes) writer.UInt32(node).UInt32(votes);
        writer.UInt32((uint)status.Counters.Count);
        foreach (var (name, value) in status.Counters) writer.Text(name).UInt64((ulong)value);
    }

    public static RingStatus? ReadStatus(ref FrameReader reader)
    {
        var state = reader.Text();
        var quorum = ReadQuorum(ref reader);
        var highest = reader.UInt32();
        var flags = new string[reader.Count(2)];
        for (var i = 0; i < flags.Length; i++) flags[i] = reader.Text();
        var votes = new SortedDictionary<uint, uint>();
        for (var count = reader.Count(8); count > 0; count--) votes[reader.UInt32()] = reader.UInt32();
        var counters = new SortedDictionary<string, long>(StringComparer.Ordinal);
        for (var count = reader.Count(10); count > 0; count--) counters[reader.Text()] = (long)reader.UInt64();
        return reader.IsValid
            ? new RingStatus(state, quorum, flags, counters) { HighestExpectedVotes = highest, MemberVotes = votes }
            : null;
    }

    public static void Write(FrameWriter writer, RingVoteInfo votes)
    {
        writer.UInt32(votes.NodeId).Byte((byte)votes.State).UInt32(votes.Votes).UInt32(votes.ExpectedVotes);
        writer.UInt32(votes.HighestExpected).UInt32(votes.TotalVotes).UInt32(votes.Quorum).UInt32((uint)votes.Flags);
        writer.UInt32(votes.DeviceVotes).Text(votes.DeviceName);
    }

    public static RingVoteInfo ReadVotes(ref FrameReader reader) => new(
        reader.UInt32(),
        (RingVoteState)reader.Byte(),
        reader.UInt32(),
        reader.UInt32(),
        reader.UInt32(),
        reader.UInt32(),
        reader.UInt32(),
        (RingVoteFlags)reader.UInt32(),
        reader.UInt32(),
        reader.Text());

    public static void Write(FrameWriter writer, RingLinks links)
    {
        writer.Text(links.Transport).UInt32((uint)links.Links.Count);
        foreach (var link in links.Links)
        {
            writer.UInt32(link.NodeId).Byte((byte)link.Link).Text(link.Protocol).Text(link.LocalAddress).Text(link.RemoteAddress);
            writer.Flag(link.IsEnabled).Flag(link.IsConnected).UInt32((uint)link.Mtu);
        }
    }

    public static RingLinks ReadLinks(ref FrameReader reader)
    {
        var transport = reader.Text();
        var links = new RingLink[reader.Count(17)];
        for (var i = 0; i < links.Length; i++)
        {
            links[i] = new RingLink(
                reader.UInt32(),
                reader.Byte(),
                reader.Text(),
                reader.Text(),
                reader.Text(),
                reader.Byte() != 0,
                reader.Byte() != 0,
                (int)reader.UInt32());
        }

        return new RingLinks(transport, links);
    }

    public static RingGroup[] ReadGroups(ref FrameReader reader)
    {
        var groups = new RingGroup[reader.Count(8)];
        for (var i = 0; i < groups.Length; i++)
        {
            var name = reader.Block().ToArray();
            var members = new GroupMember[reader.Count(8)];
            for (var m = 0; m < members.Length; m++) members[m] = ReadMember(ref reader);
            groups[i] = new RingGroup(name, members);
        }

        return groups;
    }

    private static GroupMemberChange[] ReadChanges(ref FrameReader reader)
    {
        var changes = new GroupMemberChange[reader.Count(9)];
        for (var i = 0; i < changes.Length; i++)
        {
            changes[i] = new GroupMemberChange(ReadMember(ref reader), (GroupChangeReason)reader.Byte());
        }

        return changes;
    }
}
