using System.Net;

namespace Mainstay.Ring.Core.Configuration;

/// <summary>What became of reading a key file.</summary>
/// <param name="Content">Its bytes, from the first.</param>
/// <param name="Problem">Why it cannot be used, in words that follow a colon; <see langword="null"/> where it was read.</param>
public readonly record struct KeyFile(ReadOnlyMemory<byte> Content, string? Problem);

/// <summary>What the meaning of a file depends on besides its text; gathered by the shell, invented by tests.</summary>
public sealed record ConfigurationEnvironment
{
    /// <summary>The host's name as <c>uname</c> tells it.</summary>
    public required string HostName { get; init; }

    /// <summary>Addresses of the host's interfaces.</summary>
    public required IReadOnlyList<IPAddress> LocalAddresses { get; init; }

    /// <summary>Addresses of a host name; empty where it does not resolve. Literal addresses are not asked for.</summary>
    public required Func<string, IReadOnlyList<IPAddress>> Resolve { get; init; }

    /// <summary>Reads a key file, up to one byte more than 4096: those that do not count need not be read.</summary>
    public required Func<string, KeyFile> ReadKeyFile { get; init; }

    /// <summary>Number of a (<c>uid</c> or <c>gid</c>, name or number).</summary>
    public Func<string, string, uint?>? ResolveIdentity { get; init; }

    /// <summary>
    /// Path and bytes of each file of the folder <c>uidgid.d</c> beside the configuration file, in order of names (spec/corosync-conf.md
    /// section 1).
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>>> IdentityFiles { get; init; } = [];

    /// <summary>Name of the local node where the addresses do not tell (several nodes on one host).</summary>
    public string? NodeName { get; init; }

    /// <summary>Id of the local node, likewise.</summary>
    public uint? NodeId { get; init; }

    /// <summary>
    /// The configuration that is in force, where the file is read again: what cannot change at run-time keeps its value and is told
    /// (spec/corosync-conf.md section 7).
    /// </summary>
    public RingConfiguration? Running { get; init; }
}
