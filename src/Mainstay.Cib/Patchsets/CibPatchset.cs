using System.Globalization;
using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>How a patchset is made.</summary>
public sealed record CibPatchsetOptions
{
    /// <summary>Everything: versions, the order of attributes, no digest.</summary>
    public static CibPatchsetOptions Default { get; } = new();

    /// <summary>Whether the patchset names the versions; without them it applies to any document.</summary>
    public bool WithVersion { get; init; } = true;

    /// <summary>Whether the patchset carries the digest of the result.</summary>
    public bool WithDigest { get; init; }

    /// <summary>Whether another order of attributes is a difference.</summary>
    public bool WithAttributeOrder { get; init; } = true;
}

/// <summary>Differences between two CIBs, format 2 (spec/manager.md section 3).</summary>
public static class CibPatchset
{
    private const string FailedMessage = "Application of update diff failed";

    /// <summary>The patchset that turns one document into another.</summary>
    /// <param name="source">The document before.</param>
    /// <param name="target">The document after.</param>
    /// <param name="withVersion">Whether the patchset names the versions (otherwise it applies to any).</param>
    /// <param name="withDigest">Whether the patchset carries the digest of the result.</param>
    /// <returns>A <c>diff</c> element, or <see langword="null"/> if there is no difference.</returns>
    public static XElement? Create(CibDocument source, CibDocument target, bool withVersion = true, bool withDigest = false)
        => Create(source.Root, target.Root, new CibPatchsetOptions { WithVersion = withVersion, WithDigest = withDigest });

    /// <summary>The patchset that turns one tree into another with a root of the same name.</summary>
    /// <param name="source">The root before.</param>
    /// <param name="target">The root after.</param>
    /// <param name="options">How the patchset is made.</param>
    /// <returns>A <c>diff</c> element, or <see langword="null"/> if there is no difference.</returns>
    public static XElement? Create(XElement source, XElement target, CibPatchsetOptions options)
    {
        var builder = new PatchsetBuilder(options.WithAttributeOrder);
        builder.Compare(source, target);
        if (builder.Changes.Count == 0)
        {
            return null;
        }

        var diff = new XElement("diff", new XAttribute("format", "2"));
        if (options.WithDigest)
        {
            diff.SetAttributeValue("digest", CibDigest.Version2(target));
        }

        if (options.WithVersion)
        {
            diff.Add(new XElement("version", Version("source", source), Version("target", target)));
        }

        diff.Add(builder.Changes);
        return diff;
    }

    /// <summary>Applies a patchset literally: the result has the version the patchset's changes give it.</summary>
    /// <param name="document">The document; it is not changed.</param>
    /// <param name="patchset">A <c>diff</c> element.</param>
    /// <param name="checkVersion">Whether the versions must fit.</param>
    /// <returns>
    /// <see cref="CibCode.Old"/> if the document is newer than the patchset's source, <see cref="CibCode.Error"/> if the patchset does not
    /// fit,
    /// <see cref="CibCode.BadXml"/> if it is no patchset.
    /// </returns>
    public static CibResult Apply(CibDocument document, XElement patchset, bool checkVersion = true)
    {
        if (!patchset.Is("diff") || patchset.Value("format") != "2")
        {
            return new CibResult(CibCode.BadXml, document) { Message = "this is no patchset of format 2" };
        }

        if (checkVersion && CheckVersion(document, patchset) is { } refused)
        {
            return refused;
        }

        var result = document.Clone();
        if (PatchsetApplication.Run(result.Root, patchset) is { } problem)
        {
            return new CibResult(CibCode.Error, document) { Message = $"{FailedMessage}: {problem}" };
        }

        if (patchset.Value("digest") is { } digest && !digest.Equals(CibDigest.Version2(result.Root), StringComparison.OrdinalIgnoreCase))
        {
            return new CibResult(CibCode.Error, document) { Message = $"{FailedMessage}: the result has another digest" };
        }

        return new CibResult(CibCode.Ok, result)
        {
            IsChanged = !document.ContentEquals(result),
            IsConfigurationChanged = !SameConfiguration(document, result),
        };
    }

    /// <summary>The versions a patchset leads from and to.</summary>
    /// <param name="patchset">A <c>diff</c> element.</param>
    /// <param name="source">The version before.</param>
    /// <param name="target">The version after.</param>
    /// <returns>Whether the patchset names versions.</returns>
    public static bool TryGetVersions(XElement patchset, out CibVersion source, out CibVersion target)
    {
        var version = patchset.Element("version");
        source = version?.Element("source") is { } from ? CibVersion.Of(from) : default;
        target = version?.Element("target") is { } to ? CibVersion.Of(to) : default;
        return version?.Element("source") is not null && version.Element("target") is not null;
    }

    internal static bool SameConfiguration(CibDocument left, CibDocument right) => (left.Configuration, right.Configuration) switch
    {
        (null, null) => true,
        ({ } before, { } after) => XmlComparison.AreEqual(before, after),
        _ => false,
    };

    private static CibResult? CheckVersion(CibDocument document, XElement patchset)
    {
        if (!TryGetVersions(patchset, out var source, out var target))
        {
            return null;
        }

        var current = document.Version;
        if (current > source)
        {
            return new CibResult(CibCode.Old, document)
            {
                Message = "Update was older than existing configuration: "
                    + $"the patchset starts at {source}, the configuration is at {current}",
            };
        }

        if (current < source)
        {
            return new CibResult(CibCode.Error, document)
            {
                Message = $"{FailedMessage}: the patchset starts at {source}, the configuration is at {current} only",
            };
        }

        return target > source || target == source ? null : new CibResult(CibCode.Error, document)
        {
            Message = $"{FailedMessage}: the patchset leads from {source} back to {target}",
        };
    }

    private static XElement Version(string name, XElement root)
    {
        var version = CibVersion.Of(root);
        return new XElement(
            name,
            new XAttribute("admin_epoch", version.AdminEpoch.ToString(CultureInfo.InvariantCulture)),
            new XAttribute("epoch", version.Epoch.ToString(CultureInfo.InvariantCulture)),
            new XAttribute("num_updates", version.NumUpdates.ToString(CultureInfo.InvariantCulture)));
    }
}
