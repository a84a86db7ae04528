using Mainstay.Knet.Links;

namespace Mainstay.Knet.Crypto;

/// <summary>
/// The crypto configurations of this node, indices 1 and 2, and which one is in use (spec/knet-wire.md section 2.1): a change loads the
/// idle one, later sends with it, and at last forgets the old one; in between both are understood.
/// </summary>
internal sealed class CryptoSlots : IDisposable
{
    private readonly CryptoSuite?[] _suites = new CryptoSuite?[2];
    private readonly SaltGenerator _salts;
    private int _inUse;
    private bool _isLoaded;
    private int _loaded;

    public CryptoSlots(CryptoSettings settings, ReadOnlySpan<byte> saltSeed)
    {
        _salts = new SaltGenerator(saltSeed);
        AdmitsClear = !settings.IsOn;
        if (!settings.IsOn) return;
        _suites[0] = new CryptoSuite(settings);
        _inUse = 1;
    }

    /// <summary>Whether packets without protection are taken.</summary>
    public bool AdmitsClear { get; private set; }

    /// <summary>Whether nothing is protected, neither what is sent nor what may be received: packets need not be touched.</summary>
    public bool IsClear => _inUse == 0 && AdmitsClear && _suites[0] is null && _suites[1] is null && !_isLoaded;

    /// <summary>Index of the configuration that sends: 1 or 2, 0 for none.</summary>
    public int InUse => _inUse;

    /// <summary>What sends.</summary>
    public CryptoSettings Settings => Sending?.Settings ?? CryptoSettings.None;

    /// <summary>What protection adds to a packet sent now.</summary>
    public ProtectionOverhead Overhead => Sending?.Overhead ?? default;

    private CryptoSuite? Sending => _inUse == 0 ? null : _suites[_inUse - 1];

    /// <summary>First step: the new configuration is understood from now on.</summary>
    public void Load(CryptoSettings settings)
    {
        _isLoaded = true;
        _loaded = 0;
        if (!settings.IsOn)
        {
            AdmitsClear = true;
            return;
        }

        _loaded = _inUse == 1 ? 2 : 1;
        Replace(_loaded, new CryptoSuite(settings));
    }

    /// <summary>Second step: the new configuration sends. Whether there was one.</summary>
    public bool Activate()
    {
        if (!_isLoaded) return false;
        _isLoaded = false;
        _inUse = _loaded;
        return true;
    }

    /// <summary>Last step: the other configuration is forgotten; where crypto is on, clear packets are no longer taken.</summary>
    public void Finish()
    {
        // A change that began in the meantime has its own last step.
        if (_isLoaded) return;
        for (var index = 1; index <= _suites.Length; index++)
        {
            if (index != _inUse) Replace(index, null);
        }

        AdmitsClear = _inUse == 0;
    }

    /// <summary>Where in a datagram's buffer the packet is to be written that <see cref="Protect"/> is to protect.</summary>
    public int PacketOffset => Sending?.PacketOffset ?? 0;

    /// <summary>As <see cref="CryptoSuite.Protect"/>, with a new salt; leaves the packet alone where nothing is protected.</summary>
    public int Protect(byte[] datagram, int size)
    {
        if (Sending is not { } suite) return size;
        if (suite.PacketOffset > 0) _salts.Next().CopyTo(datagram);
        return suite.Protect(datagram, size);
    }

    /// <summary>Opens a datagram: by the configuration in use, then by the other, then as a clear one where those are taken.</summary>
    /// <param name="datagram">As received.</param>
    /// <param name="packet">Receives the packet.</param>
    /// <param name="size">Size of the packet.</param>
    /// <param name="isAhead">Whether its sender uses the configuration that is loaded here but not yet in use.</param>
    public bool TryOpen(ReadOnlySpan<byte> datagram, byte[] packet, out int size, out bool isAhead)
    {
        isAhead = false;
        var first = Sending;
        if (first is not null && first.TryOpen(datagram, packet, out size)) return true;
        for (var index = 1; index <= _suites.Length; index++)
        {
            if (_suites[index - 1] is not { } suite || suite == first || !suite.TryOpen(datagram, packet, out size)) continue;
            isAhead = _isLoaded && _loaded == index;
            return true;
        }

        size = datagram.Length;
        if (!AdmitsClear || size > packet.Length) return false;
        datagram.CopyTo(packet);
        isAhead = _isLoaded && _loaded == 0;
        return true;
    }

    public void Dispose()
    {
        foreach (var suite in _suites) suite?.Dispose();
        _salts.Dispose();
    }

    private void Replace(int index, CryptoSuite? suite)
    {
        _suites[index - 1]?.Dispose();
        _suites[index - 1] = suite;
    }
}
