using System.Globalization;
using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Manager.Core;

/// <content>
/// Acknowledged means durable. A change is evaluated (prepared), stored by every member, and committed where the members that have it on
/// disk hold enough votes; only then does it take effect and is it acknowledged. Every membership that may write begins a new term: first
/// enough members promise it durably (two memberships with enough votes share a member, so no two use one term), then they store the
/// configuration anew in this term, then changes may be prepared. A revision is newer than another if its (term, version) is higher. So
/// the newest revision of any quorate set of disks holds every acknowledged change. A partition without quorum, or with too few managers,
/// neither promises nor stores.
/// </content>
internal sealed partial class ReplicatedState
{
    /// <summary>The revision every member is to have on disk now.</summary>
    public string GoalConfiguration => Data.Durability.Prepared?.Configuration ?? Data.Configuration;

    /// <summary>
    /// Whether this partition may change the configuration (spec/manager.md section 1; no-quorum-policy=ignore relaxes it).
    /// </summary>
    public bool MayWrite => Data.Quorum.IsCurrent && (Data.Quorum.IsQuorate || IgnoresQuorum());

    /// <summary>Evaluates changes against the state without effect.</summary>
    public CibResult Evaluate(ConfigureCommand command) => Evaluate(_configuration, Version, command);

    private bool IgnoresQuorum() =>
        ClusterOptions.Read(_configuration, new CibDateTime(0)).Choice("no-quorum-policy") == "ignore";

    /// <summary>Members with these votes must have a revision on disk before it counts.</summary>
    private uint VotesNeeded()
    {
        var majority = Math.Max(Data.Quorum.Needed, (Data.Quorum.ExpectedVotes / 2) + 1);

        // Quorum by other means than node votes (two_node, last_man_standing, a quorum device, policy ignore): every node of the ring.
        // Nodes whose manager is away count too: quorate by their votes alone, a lone manager could acknowledge what no other disk has.
        return Math.Min(majority, VotesOf(Data.Quorum.RingMembers));
    }

    private uint VotesOf(IEnumerable<uint> nodes)
    {
        uint votes = 0;
        foreach (var id in nodes) votes += Directory.TryGetValue(id, out var node) ? node.Votes : 1;
        return votes;
    }

    /// <summary>The membership is settled and its quorum known: begin a term, or refuse what waits.</summary>
    private void BeginTerm(List<Effect> effects)
    {
        var durability = Data.Durability;
        if (durability.IsActive) return;
        if (!MayWrite)
        {
            RefuseQueue(new Refused(AnswerCodes.NoQuorum, "The partition has no quorum: configuration changes are refused."), effects);
            return;
        }

        if (VotesOf(Data.MemberOrder) < VotesNeeded())
        {
            RefuseQueue(TooFewManagers(), effects);
            return;
        }

        NewTerm(effects);
    }

    private static Refused TooFewManagers() => new(
        AnswerCodes.NoQuorum,
        "Too few managers are present to store the change, although the ring has quorum; start them on its other nodes.");

    private void NewTerm(List<Effect> effects)
    {
        Data.Durability.IsActive = false;
        Data.Durability.IsPromised = false;
        Data.Durability.Term++;
        NewGoal(effects);
    }

    private void NewGoal(List<Effect> effects)
    {
        var durability = Data.Durability;
        durability.Goal++;
        durability.Stored.Clear();
        durability.Failed.Clear();
        effects.Add(new GoalChanged());
    }

    private void ApplyConfigure(ConfigureCommand command, List<Effect> effects)
    {
        if (TryApplyStatusOnly(command, effects)) return;
        var durability = Data.Durability;
        if (Data.Quorum.IsCurrent && !MayWrite)
        {
            Answer(command.Request, new Refused(
                AnswerCodes.NoQuorum, "The partition has no quorum: configuration changes are refused."), effects);
            return;
        }

        if (Data.Quorum.IsCurrent && VotesOf(Data.MemberOrder) < VotesNeeded())
        {
            Answer(command.Request, TooFewManagers(), effects);
            return;
        }

        if (durability.Queue.Count >= Limits.ConfigurationQueueMax)
        {
            Answer(
                command.Request, new Refused(AnswerCodes.Error, "Too many configuration changes wait for the disk; try again."), effects);
            return;
        }

        durability.Queue.Add(command);
        PrepareNext(effects);
    }

    /// <summary>Changes of the status alone (tickets, edits by tools) concern no disk and take effect at once.</summary>
    private bool TryApplyStatusOnly(ConfigureCommand command, List<Effect> effects)
    {
        if (!command.Changes.TrueForAll(change =>
            change.Scope is "status" or "tickets" || change.XPath?.Contains("/status", StringComparison.Ordinal) == true))
        {
            return false;
        }

        var result = Evaluate(command);
        if (!result.IsOk)
        {
            Answer(command.Request, Refusal(result), effects);
            return true;
        }

        if (result.IsConfigurationChanged) return false;
        if (result.IsChanged && result.Document.Status is { } status)
        {
            StatusReader.Read(status, Data);
            StatusChanged();
            Trigger();
        }

        Answer(command.Request, new CibChanged(Version.ToString(), result.IsChanged), effects);
        return true;
    }

    private void PrepareNext(List<Effect> effects)
    {
        var durability = Data.Durability;
        if (!durability.IsActive || durability.Prepared is not null || durability.Queue.Count == 0) return;
        var document = _configuration;
        var version = Version;
        var requests = new List<PreparedRequest>();
        foreach (var command in durability.Queue)
        {
            var result = Evaluate(document, version, command);
            if (!result.IsOk)
            {
                Answer(command.Request, Refusal(result), effects);
                continue;
            }

            if (result.IsChanged)
            {
                document = WithoutStatus(result.Document);
                version = document.Version;
            }

            requests.Add(new PreparedRequest(command.Request, command.Origin, version.ToString(), result.IsChanged));
        }

        durability.Queue.Clear();
        if (ReferenceEquals(document, _configuration))
        {
            foreach (var request in requests) Answer(request.Request, new CibChanged(request.Version, Changed: false), effects);
            return;
        }

        durability.Prepared = new PreparedChange { Configuration = document.ToXml(CibPrintStyle.Compact), Requests = requests };
        NewGoal(effects);
    }

    private void ApplyStored(StoredCommand command, List<Effect> effects)
    {
        var durability = Data.Durability;
        if (command.Goal != durability.Goal || command.Term != durability.Term || !IsMember(command.NodeId) || !MayWrite) return;
        Mark(durability.Stored, command.NodeId, command.Error is null);
        Mark(durability.Failed, command.NodeId, command.Error is not null);
        if (command.Error is not null)
        {
            effects.Add(new Noted(
                TraceKind.Storage,
                $"Node {NodeName(command.NodeId)} cannot store the configuration: {command.Error}",
                NodeName(command.NodeId)));
        }

        var needed = VotesNeeded();
        if (VotesOf(durability.Stored) >= needed)
        {
            if (durability.IsPromised)
            {
                Commit(effects);
                return;
            }

            durability.IsPromised = true;
            durability.ConfigurationTerm = durability.Term;
            NewGoal(effects);
        }
        else if (VotesOf(Data.MemberOrder) - VotesOf(durability.Failed) < needed)
        {
            GiveUp(effects);
        }
    }

    private static void Mark(List<uint> set, uint id, bool isIn)
    {
        set.Remove(id);
        if (!isIn) return;
        var index = set.FindIndex(other => other > id);
        set.Insert(index < 0 ? set.Count : index, id);
    }

    private void Commit(List<Effect> effects)
    {
        var durability = Data.Durability;
        if (durability.Prepared is { } prepared)
        {
            durability.Prepared = null;
            var parsed = CibDocument.Parse(prepared.Configuration);
            Invariant.Check(parsed.Document is not null, "a prepared configuration can be read");
            _configuration = parsed.Document;
            Data.Configuration = prepared.Configuration;
            Data.NumUpdates = _configuration.Version.NumUpdates;
            Trigger();
            effects.Add(new ConfigurationChanged());
            effects.Add(new Noted(TraceKind.Cib, $"The configuration has version {Version}", Subject: Version.ToString()));
            foreach (var request in prepared.Requests) Answer(request.Request, new CibChanged(request.Version, request.IsChanged), effects);
        }

        durability.IsActive = true;
        PrepareNext(effects);
    }

    /// <summary>
    /// Too few disks take the revision: what was prepared is refused, the cluster goes on with the last one, in a new term.
    /// </summary>
    private void GiveUp(List<Effect> effects)
    {
        var durability = Data.Durability;
        var refusal = new Refused(
            AnswerCodes.InputOutput,
            "Too few members could write the change to disk (see the storage error of their status); it is refused.");
        if (durability.Prepared is { } prepared)
        {
            durability.Prepared = null;
            foreach (var request in prepared.Requests) Answer(request.Request, refusal, effects);
            NewTerm(effects);
        }

        RefuseQueue(refusal, effects);
    }

    private void RefuseQueue(Refused refusal, List<Effect> effects)
    {
        foreach (var command in Data.Durability.Queue) Answer(command.Request, refusal, effects);
        Data.Durability.Queue.Clear();
    }

    private static void Answer(string request, RequestAnswer answer, List<Effect> effects)
    {
        if (request.Length > 0) effects.Add(new RequestAnswered(request, answer));
    }

    private CibResult Evaluate(CibDocument document, CibVersion version, ConfigureCommand command)
    {
        var full = StatusView.Compose(document, version, this, forScheduler: false);
        var requests = new List<CibRequest>();
        foreach (var change in command.Changes)
        {
            if (change.IfVersion is { } expected && !IsSameConfiguration(expected, version))
            {
                return new CibResult(CibCode.Old, full)
                {
                    Message = $"The configuration has changed meanwhile: expected version {expected}, it is {version}. "
                        + "Read it again and repeat.",
                };
            }

            if (!TryTranslate(change, out var request, out var problem)) return new CibResult(CibCode.BadXml, full) { Message = problem };
            requests.Add(request);
        }

        var result = CibOperations.ApplyAll(full, requests, Stamp(command));
        return result with { IsConfigurationChanged = result.IsConfigurationChanged || IsRootChanged(full, result.Document) };
    }

    private static bool IsSameConfiguration(string expected, CibVersion version) =>
        CibVersion.TryParse(expected, out var parsed) && parsed.AdminEpoch == version.AdminEpoch && parsed.Epoch == version.Epoch;

    private static bool IsRootChanged(CibDocument before, CibDocument after) =>
        before.Version.AdminEpoch != after.Version.AdminEpoch
        || before.Version.Epoch != after.Version.Epoch
        || before.SchemaName != after.SchemaName;

    private static CibStamp Stamp(ConfigureCommand command)
    {
        var first = command.Changes.Count > 0 ? command.Changes[0] : null;
        var written = DateTimeOffset.FromUnixTimeMilliseconds(command.Time).ToString("ddd MMM", CultureInfo.InvariantCulture)
            + DateTimeOffset.FromUnixTimeMilliseconds(command.Time).Day.ToString(CultureInfo.InvariantCulture).PadLeft(3)
            + DateTimeOffset.FromUnixTimeMilliseconds(command.Time).ToString(" HH:mm:ss yyyy", CultureInfo.InvariantCulture);
        return new CibStamp(written, command.Origin, first?.Client, first?.User);
    }

    private static bool TryTranslate(CibChange change, out CibRequest request, out string problem)
    {
        request = new CibRequest(CibOperationKind.Bump);
        problem = "";
        if (!Enum.TryParse<CibOperationKind>(change.Operation, ignoreCase: true, out var kind))
        {
            problem = $"There is no operation '{change.Operation}'.";
            return false;
        }

        XElement? input = null;
        if (!string.IsNullOrEmpty(change.Xml))
        {
            var read = CibReader.Read(change.Xml);
            input = read.Document?.Root;
            if (input is null)
            {
                problem = read.Problems.Count > 0 ? read.Problems[0].ToString() : "The input is no XML.";
                return false;
            }
        }

        request = new CibRequest(kind)
        {
            Scope = change.Scope,
            XPath = change.XPath,
            Input = input,
            AllowCreate = change.AllowCreate,
            DeleteAll = change.All,
            Force = true,
        };
        return true;
    }

    private static Refused Refusal(CibResult result) => new(
        (int)result.Code,
        result.Message ?? $"The operation failed with code {(int)result.Code}.",
        [.. result.Problems.Select(problem => new RequestProblem(
            problem.Severity.ToString().ToLowerInvariant(), problem.Message, problem.Element, problem.Id, problem.Line))]);

    /// <summary>The refusal of a failed evaluation, for dry runs.</summary>
    public static RequestAnswer Describe(CibResult result) =>
        result.IsOk ? new CibChanged(result.Document.Version.ToString(), result.IsChanged) : Refusal(result);

    private static CibDocument WithoutStatus(CibDocument document)
    {
        var copy = document.Clone();
        copy.Status?.ReplaceWith(new XElement("status"));
        copy.Root.Attribute("have-quorum")?.Remove();
        copy.Root.Attribute("dc-uuid")?.Remove();
        copy.Root.Attribute("no-quorum-panic")?.Remove();
        return copy;
    }
}
