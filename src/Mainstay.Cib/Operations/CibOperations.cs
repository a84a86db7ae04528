using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>
/// Applies operations to a CIB: the same request on the same document gives the same result everywhere (spec/manager.md section 2).
/// </summary>
public static class CibOperations
{
    private const string OldMessage = "Update was older than existing configuration";

    /// <summary>Applies one request. The document given is never changed; the result holds the new one.</summary>
    /// <param name="document">The current document.</param>
    /// <param name="request">What to do.</param>
    /// <param name="stamp">Who does it.</param>
    /// <param name="user">The user whose rights are checked; absent = no check. The caller says whether access control is on.</param>
    public static CibResult Apply(CibDocument document, CibRequest request, CibStamp? stamp = null, CibUser? user = null)
        => ApplyAll(document, [request], stamp, user);

    /// <summary>Applies several requests as one: all or nothing, one new version.</summary>
    /// <param name="document">The current document.</param>
    /// <param name="requests">What to do, in order.</param>
    /// <param name="stamp">Who does it.</param>
    /// <param name="user">The user whose rights are checked; absent = no check. The caller says whether access control is on.</param>
    public static CibResult ApplyAll(
        CibDocument document, IReadOnlyList<CibRequest> requests, CibStamp? stamp = null, CibUser? user = null)
    {
        var current = document.Clone();
        var forcesVersion = false;
        var isErased = false;
        foreach (var request in requests)
        {
            var step = OperationExecutor.Run(current, request);
            if (!step.IsOk)
            {
                return step with { Document = document };
            }

            current = step.Document;
            isErased |= request.Kind == CibOperationKind.Erase;
            forcesVersion |= request.Kind == CibOperationKind.Bump
                || (request.Kind == CibOperationKind.Replace && request.XPath is null && request.Input?.Is("cib") == true
                    && request.Scope is null);
        }

        if (user is not null && CibAcl.FindRefusal(document, current, user) is { } refusal)
        {
            return new CibResult(CibCode.Permission, document) { Message = refusal };
        }

        return Finish(document, current, forcesVersion, isErased, stamp ?? CibStamp.None);
    }

    /// <summary>The version step, the stamp and the validation, after all requests were carried out.</summary>
    private static CibResult Finish(CibDocument before, CibDocument after, bool forcesVersion, bool isErased, CibStamp stamp)
    {
        var isConfigurationChanged = isErased || !CibPatchset.SameConfiguration(before, after);
        if (!isConfigurationChanged && !forcesVersion && before.ContentEquals(after))
        {
            return new CibResult(CibCode.Ok, before);
        }

        var requested = after.Version;
        if ((requested.AdminEpoch, requested.Epoch).CompareTo((before.Version.AdminEpoch, before.Version.Epoch)) < 0)
        {
            return new CibResult(CibCode.Old, before) { Message = $"{OldMessage}: {requested} is lower than {before.Version}" };
        }

        after.Version = isConfigurationChanged
            ? new CibVersion(requested.AdminEpoch, requested.Epoch + 1, 0)
            : requested with { NumUpdates = requested.NumUpdates + 1 };
        if (isConfigurationChanged)
        {
            WriteStamp(after, stamp);
        }

        if (isConfigurationChanged || !SameRootAttributes(before, after))
        {
            var problems = CibValidator.Validate(after);
            if (problems.Any(problem => problem.Severity == CibSeverity.Error))
            {
                return new CibResult(CibCode.Schema, before)
                {
                    Message = "Update does not conform to the configured schema",
                    Answer = after.Root,
                    Problems = problems,
                };
            }
        }

        return new CibResult(CibCode.Ok, after) { IsChanged = true, IsConfigurationChanged = isConfigurationChanged };
    }

    private static bool SameRootAttributes(CibDocument before, CibDocument after)
        => before.Root.Attributes().Select(attribute => attribute.Name.LocalName)
            .SequenceEqual(after.Root.Attributes().Select(attribute => attribute.Name.LocalName), StringComparer.Ordinal)
            && before.SchemaName == after.SchemaName;

    private static void WriteStamp(CibDocument document, CibStamp stamp)
    {
        if (CibSchema.Find(document.SchemaName) is { Number: < 102 })
        {
            return; // these schemas do not know all of the attributes
        }

        Write(document.Root, "cib-last-written", stamp.LastWritten);
        Write(document.Root, "update-origin", stamp.Origin);
        Write(document.Root, "update-client", stamp.Client);
        Write(document.Root, "update-user", stamp.User);
    }

    private static void Write(XElement root, string name, string? value)
    {
        if (value is not null)
        {
            root.SetAttributeValue(name, value);
        }
    }
}
