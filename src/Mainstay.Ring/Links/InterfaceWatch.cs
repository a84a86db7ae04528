using System.Net;

namespace Mainstay.Ring.Links;

/// <summary>
/// Hears from the kernel at once when a cable is pulled, an interface is taken down or an address goes (a <c>NETLINK_ROUTE</c> socket).
/// Where there is no such socket, as in some containers, nothing is heard and the links' own timeouts have to do.
/// </summary>
internal sealed unsafe class InterfaceWatch : IDisposable
{
    private const int FamilyNetlink = 16;
    private const int TypeRaw = 3;
    private const int CloseOnExec = 0x80000;
    private const int ProtocolRoute = 0;
    private const int AddressSize = 12;
    private const int RequestSize = 20;
    private const int ReadSize = 64 * 1024;
    private const int ReadsMax = 64;

    // RTMGRP_LINK, RTMGRP_IPV4_IFADDR, RTMGRP_IPV6_IFADDR.
    private const uint GroupsWanted = 0x1 | 0x10 | 0x100;

    // NLM_F_REQUEST, NLM_F_DUMP.
    private const ushort RequestAll = 0x1 | 0x300;

    /// <summary>RTM_GETLINK and RTM_GETADDR: the kernel answers one question at a time.</summary>
    private static readonly ushort[] s_questions = [18, 22];

    private readonly byte[] _buffer = new byte[ReadSize];
    private readonly List<int> _lost = [];
    private InterfaceTable _table = new();
    private (int Link, IPAddress Address, bool CanCarry)[] _links = [];

    /// <summary>Opens the socket and asks for what there is.</summary>
    public InterfaceWatch() => Open();

    /// <summary>Descriptor to wait on; -1 where there is none.</summary>
    public int Descriptor { get; private set; } = -1;

    /// <summary>Whether no link that is watched can carry packets.</summary>
    public bool IsIsolated => _links.Length > 0 && Array.TrueForAll(_links, l => !l.CanCarry);

    /// <summary>Which links of this node are watched, by id and local address.</summary>
    public void SetLinks(IEnumerable<(int Link, IPAddress Address)> links) =>
        _links = [.. links.Select(l => (l.Link, l.Address, _table.CanCarry(l.Address)))];

    /// <summary>Reads what the kernel has to tell.</summary>
    /// <returns>Links that could carry packets and cannot any more.</returns>
    public IReadOnlyList<int> Read()
    {
        _lost.Clear();
        for (var count = 0; count < ReadsMax; count++)
        {
            nint size;
            fixed (byte* buffer = _buffer) size = Native.ReceiveFrom(Descriptor, buffer, ReadSize, Native.MessageDontWait, null, null);
            if (size <= 0)
            {
                // More happened than the socket could hold: everything is asked for again.
                if (size < 0 && Native.LastError == Native.ErrorNoBuffers) Open();
                break;
            }

            var ended = _table.AnswersEnded;
            _table.Read(_buffer.AsSpan(0, (int)size));
            if (_table.AnswersEnded != ended && _table.AnswersEnded < s_questions.Length) Ask(s_questions[_table.AnswersEnded]);
        }

        if (_table.AnswersEnded >= s_questions.Length) Compare();
        return _lost;
    }

    public void Dispose()
    {
        if (Descriptor >= 0) _ = Native.Close(Descriptor);
        Descriptor = -1;
    }

    private void Open()
    {
        Dispose();
        _table = new InterfaceTable();
        Descriptor = Native.OpenSocket(FamilyNetlink, TypeRaw | CloseOnExec, ProtocolRoute);
        if (Descriptor < 0) return;
        var address = stackalloc byte[AddressSize];
        new Span<byte>(address, AddressSize).Clear();
        *(ushort*)address = FamilyNetlink;
        *(uint*)(address + 8) = GroupsWanted;
        if (Native.Bind(Descriptor, address, AddressSize) == 0) Ask(s_questions[0]);
    }

    private void Ask(ushort question)
    {
        var request = stackalloc byte[RequestSize];
        new Span<byte>(request, RequestSize).Clear();
        *(uint*)request = RequestSize;
        *(ushort*)(request + 4) = question;
        *(ushort*)(request + 6) = RequestAll;
        _ = Native.Write(Descriptor, request, RequestSize);
    }

    private void Compare()
    {
        for (var i = 0; i < _links.Length; i++)
        {
            var (link, address, couldCarry) = _links[i];
            var canCarry = _table.CanCarry(address);
            if (couldCarry && !canCarry) _lost.Add(link);
            _links[i].CanCarry = canCarry;
        }
    }
}
