using Mainstay.Ring.Core;
using Mainstay.Ring.Core.Configuration;
using Mainstay.Totem;

namespace Mainstay.Ring;

/// <content>Carrying out what the node wants done, and reload.</content>
internal sealed partial class RingDaemon
{
    private const int FailedExitCode = 15;

    private bool _isLoading;

    private void CarryOut()
    {
        foreach (ref readonly var output in _outbox.Network.Outputs)
        {
            switch (output.Kind)
            {
                case OutputKind.SendToken:
                    if (output.Node == _node.Self) _loopback.Add(output.Bytes.Span);
                    else _link.Send(output.Node.Value, output.Bytes.Span);
                    break;
                case OutputKind.Multicast:
                    _link.Multicast(output.Bytes.Span);
                    _loopback.Add(output.Bytes.Span);
                    break;
                case OutputKind.StoreRingSequence:
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

        foreach (ref readonly var output in _outbox.Outputs) CarryOut(output);
        _outbox.Clear();
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
            case RingOutputKind.ReloadRequested:
                BeginReload();
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
        while (_link.TryReceive(_datagram, out _)) count++;
        if (count > 0) _log.Debug($"{count} datagrams dropped unread after a pause");
    }

    /// <summary>Reads the configuration again; names may take long to resolve, so a thread of its own does it.</summary>
    public void BeginReload()
    {
        if (_isLoading) return;
        _isLoading = true;
        var thread = new Thread(() =>
        {
            var loaded = ConfigurationFile.Load(_arguments, out var problems);
            Post(() =>
            {
                _isLoading = false;
                FinishReload(loaded, problems);
            });
        })
        { IsBackground = true, Name = "reload" };
        thread.Start();
    }

    private void FinishReload(RingConfiguration? loaded, IReadOnlyList<ConfigurationProblem> problems)
    {
        foreach (var problem in problems)
        {
            _log.Add(problem.Severity == ProblemSeverity.Error ? LogPriority.Error : LogPriority.Warning, problem.ToString());
        }

        if (loaded is null)
        {
            _log.Error($"{_arguments.ConfigFile} was refused; the running configuration stays");
            return;
        }

        if (ConfigurationChanges.FindIllegal(_configuration, loaded) is { } illegal)
        {
            _log.Error($"{_arguments.ConfigFile} was refused: {illegal}; the running configuration stays");
            return;
        }

        loaded = ConfigurationChanges.KeepFixed(_configuration, loaded, _log);
        var options = RingNodeOptions.FromConfiguration(loaded, _store.Sequence, _store.ExpectedVotes, out var refused);
        if (options is null)
        {
            foreach (var problem in refused) _log.Error($"{loaded.File}: {problem.Option} {problem.Message}");
            _log.Error($"{_arguments.ConfigFile} was refused; the running configuration stays");
            return;
        }

        try
        {
            var local = loaded.LocalNode;
            _link = _link.WithMembers(Members(loaded), local.NodeId, local.ResolvedAddress, loaded.Totem.Port);
        }
        catch (System.Net.Sockets.SocketException problem)
        {
            _log.Error($"the reload failed: {problem.Message}; the running configuration stays");
            return;
        }

        _configuration = loaded;
        Identity = Describe(loaded);
        _log.Apply(loaded.Logging);
        _node.Reconfigure(Now(), options, _outbox);
        CarryOut();
        _log.Notice($"{_arguments.ConfigFile} was read again and applied");
    }
}
