using Mainstay.Ring.Core;
using Mainstay.Ring.Core.Configuration;
using Mainstay.Ring.Links;
using Mainstay.Totem;

namespace Mainstay.Ring;

/// <content>Carrying out what the node wants done, and reload.</content>
internal sealed partial class RingDaemon
{
    private const int FailedExitCode = 15;

    private ConfigurationLoad? _load;
    private bool _loadsAgain;
    private readonly Queue<uint> _reloadsAsked = new();

    private void CarryOut()
    {
        var isDelivered = DeliversFirst();
        if (isDelivered)
        {
            foreach (ref readonly var output in _outbox.Outputs) CarryOut(output);
            _clients.SendWaiting();
        }

        foreach (ref readonly var output in _outbox.Network.Outputs)
        {
            switch (output.Kind)
            {
                case OutputKind.SendToken:
                    if (output.Node == _node.Self) _loopback.Add(output.Bytes.Span);
                    else _link.Send(Now(), output.Node.Value, output.Bytes.Span);

                    // What comes behind the token must not delay it.
                    _link.Flush();
                    break;
                case OutputKind.Multicast:
                    _link.Multicast(Now(), output.Bytes.Span);
                    if (!output.IsHeldBySelf) _loopback.Add(output.Bytes.Span);
                    break;
                case OutputKind.StoreRingSequence:
                    _link.Flush();
                    if (TryStore(output.RingSequence)) break;

                    // A sequence that is not on disk must not be used: nothing after it leaves this node.
                    _outbox.Clear();
                    return;
                case OutputKind.DiscardReceived:
                    DiscardReceived();
                    break;
                case OutputKind.Trace when TraceText.Of(output.Trace) is { } line:
                    _log.Add(line.Priority, line.Text);
                    break;
                default:
                    break;
            }
        }

        if (_outbox.Network.Count > 0) _link.Flush();
        if (!isDelivered)
        {
            foreach (ref readonly var output in _outbox.Outputs) CarryOut(output);
        }

        _outbox.Clear();
        while (_reloadsAsked.TryDequeue(out var node)) BeginReload(node);
    }

    /// <summary>
    /// Whether the clients get their messages before the token goes on: a few short ones cost it less time than it costs them. Nothing else
    /// may be told ahead of its place, and no message of this node is told here before it was sent: else it could die with this host
    /// although a client has acted on it.
    /// </summary>
    private bool DeliversFirst()
    {
        const int CountMax = 4;
        const int SizeMax = 4096;
        if (_outbox.Outputs.Length is 0 or > CountMax) return false;
        foreach (ref readonly var output in _outbox.Outputs)
        {
            if (output.Kind != RingOutputKind.Message || output.Bytes.Length > SizeMax) return false;
        }

        foreach (ref readonly var output in _outbox.Network.Outputs)
        {
            if (output.Kind is OutputKind.Multicast or OutputKind.StoreRingSequence or OutputKind.ConfigurationChange) return false;
        }

        return true;
    }

    private void CarryOut(in RingOutput output)
    {
        switch (output.Kind)
        {
            case RingOutputKind.Log:
                _log.Add(output.Priority, output.Text ?? string.Empty);
                break;
            case RingOutputKind.StoreExpectedVotes:
                StoreExpectedVotes(output.Number);
                break;
            case RingOutputKind.ProbePeer:
                _link.Probe(Now(), new NodeId(output.Number));
                break;
            case RingOutputKind.ReloadRequested:
                _reloadsAsked.Enqueue(output.Number);
                break;
            case RingOutputKind.CryptoPhase:
                (_link as KnetLinks)?.HandleCryptoPhase(Now(), output.Number);
                break;
            case RingOutputKind.Terminate:
                Stop(output.Text ?? "terminated", output.Number == 0 ? 0 : FailedExitCode);
                break;
            default:
                _clients.Deliver(output);
                break;
        }
    }

    private bool TryStore(ulong sequence)
    {
        try
        {
            _store.WriteSequence(sequence);
            return true;
        }
        catch (IOException problem)
        {
            _log.Error($"{problem.Message}; this node takes part in no ring until it can");
            Stop("the ring id cannot be stored", FailedExitCode, saysGoodbye: false);
            return false;
        }
    }

    private void StoreExpectedVotes(uint votes)
    {
        try
        {
            _store.WriteExpectedVotes(votes);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            _log.Error(problem.Message);
        }
    }

    private void DiscardReceived()
    {
        var count = _loopback.Count;
        _loopback.Clear();
        while (!_link.Receive(Now()).IsEmpty) count++;
        if (count > 0) _log.Debug($"{count} datagrams dropped unread after a pause");
    }

    /// <summary>Reads the configuration again; names may take long to resolve, so a thread of its own does it.</summary>
    /// <param name="byNode">Which node asked all for it; 0 where somebody on this host did.</param>
    public void BeginReload(uint byNode)
    {
        TellReloadBegins(byNode);
        if (_load is not null)
        {
            // The file may have changed since the other thread read it.
            _loadsAgain = true;
            return;
        }

        var load = new ConfigurationLoad(_arguments, _configuration);
        _load = load;
        var thread = new Thread(() =>
        {
            load.Run();
            Post(() => EndLoad(load));
        })
        { IsBackground = true, Name = "reload" };
        thread.Start();

        // Every node uses a new key from its next visit of the token on, and the reference forgets the old one a visit later: who has not
        // read his by then understands nobody and is not understood. So the token waits here for the files, but for no name server.
        if (byNode > 0 && thread.Join(TimeSpan.FromMilliseconds((double)_configuration.Totem.Token / TokenShare))) EndLoad(load);
    }

    // Called twice where the loop waited for it.
    private void EndLoad(ConfigurationLoad load)
    {
        if (_load != load) return;
        _load = null;
        if (_loadsAgain)
        {
            _loadsAgain = false;
            BeginReload(0);
        }
        else
        {
            FinishReload(load.Configuration, load.Problems);
        }
    }

    private void FinishReload(RingConfiguration? loaded, IReadOnlyList<ConfigurationProblem> problems)
    {
        // A file that is no configuration at all has a problem in every line: the log is for those that somebody mends.
        const int ToldMax = 100;
        foreach (var problem in problems.Take(ToldMax))
        {
            _log.Add(problem.Severity == ProblemSeverity.Error ? LogPriority.Error : LogPriority.Warning, problem.ToString());
        }

        if (problems.Count > ToldMax) _log.Error($"{_arguments.ConfigFile} has {problems.Count - ToldMax} problems more");
        if (loaded is null)
        {
            _log.Error($"{_arguments.ConfigFile} was refused; the running configuration stays");
            TellReloadEnds(problems.FirstOrDefault(p => p.Severity == ProblemSeverity.Error)?.ToString() ?? "the file was refused");
            return;
        }

        if (TryApply(loaded, _arguments.ConfigFile, out var refusal)) _log.Notice($"{_arguments.ConfigFile} was read again and applied");
        TellReloadEnds(refusal);
    }

    /// <summary>Takes a configuration while running; refused whole with the reason where it changes what cannot change.</summary>
    private bool TryApply(RingConfiguration wanted, string source, out string? refusal)
    {
        refusal = ConfigurationChanges.FindIllegal(_configuration, wanted);
        if (refusal is null)
        {
            wanted = ConfigurationChanges.KeepFixed(_configuration, wanted, _log);
            var options = OptionProblems.TryCreate(wanted, _store.Sequence, _store.ExpectedVotes, out var refused);
            if (options is not null && TryChangeLinks(wanted, out refusal))
            {
                _configuration = wanted;
                Identity = Describe(wanted);
                WatchInterfaces();
                _log.Apply(wanted.Logging);
                _node.Reconfigure(Now(), WithProcess(options), _outbox);
                if (_link is KnetLinks knet && knet.TryBeginCryptoChange()) _node.AnnounceCrypto(Now(), _outbox);
                CarryOut();
                return true;
            }

            refusal ??= string.Join("; ", refused);
        }

        _log.Error($"{source} was refused: {refusal}; the running configuration stays");
        return false;
    }

    private bool TryChangeLinks(RingConfiguration wanted, out string? refusal)
    {
        refusal = null;
        try
        {
            _link.Reconfigure(Now(), wanted);
            return true;
        }
        catch (System.Net.Sockets.SocketException problem)
        {
            refusal = problem.Message;
            return false;
        }
    }
}
