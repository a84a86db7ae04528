namespace Mainstay.Ring.Core.Configuration;

/// <summary>A validated, frozen configuration of the ring.</summary>
public sealed record RingConfiguration
{
    /// <summary>Path of the file.</summary>
    public required string File { get; init; }

    /// <summary>Ring settings in force.</summary>
    public required TotemSection Totem { get; init; }

    /// <summary>Nodes in the order of the file.</summary>
    public required IReadOnlyList<ConfiguredNode> Nodes { get; init; }

    /// <summary>The node this host is.</summary>
    public required ConfiguredNode LocalNode { get; init; }

    /// <summary>What the knet layer is made of; <see langword="null"/> with another transport.</summary>
    public KnetSection? Knet { get; init; }

    /// <summary>The group of transport udp; <see langword="null"/> with another transport.</summary>
    public MulticastSection? Multicast { get; init; }

    /// <summary>Quorum settings in force.</summary>
    public required QuorumSettings Quorum { get; init; }

    /// <summary>Logging.</summary>
    public required LoggingSettings Logging { get; init; }

    /// <summary>Every key as the reference's <c>cmap</c> shows it, with computed <c>runtime.config.totem.*</c>, ascending.</summary>
    public required IReadOnlyDictionary<string, CmapValue> Keys { get; init; }

    /// <summary>Reads a file.</summary>
    /// <param name="file">Its path, for messages.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="environment">The host.</param>
    /// <param name="problems">All findings; the configuration is <see langword="null"/> if any is an error.</param>
    public static RingConfiguration? Load(
        string file, ReadOnlySpan<byte> content, ConfigurationEnvironment environment, out IReadOnlyList<ConfigurationProblem> problems)
    {
        var document = CorosyncConfParser.Parse(file, content, environment.ResolveIdentity);
        var builder = new ConfigurationBuilder(file, document, environment);
        foreach (var (path, bytes) in environment.IdentityFiles)
        {
            builder.AddIdentities(path, CorosyncConfParser.Parse(path, bytes.Span, environment.ResolveIdentity));
        }

        var configuration = builder.Build();
        problems = builder.Problems;
        return configuration;
    }
}
