namespace Mainstay.Totem;

/// <content>
/// The accelerated token (A. Babay, Y. Amir: Fast total ordering for modern data centers, ICDCS 2016): the token leaves before the last of
/// the holder's messages, so that the next member sends while these are still on their way. Where the operator asks for it, and only while
/// every member is known to run this implementation: others would take the messages on their way for lost.
/// </content>
public sealed partial class TotemRing
{
    /// <summary>Own messages that have their place in the order, and go out behind the token.</summary>
    private readonly List<MessageSequence> _behindToken = [];

    /// <summary>Up to where messages were ordered when the token was last here: all of them must have been sent since.</summary>
    private MessageSequence _orderedBefore;

    private bool IsAccelerated =>
        _options.AcceleratedWindow > 0 && State == TotemState.Operational && _members.Count > 1 && IsUniform;

    /// <summary>How many of the messages of this visit go out ahead of the token.</summary>
    private uint MessagesAheadOfToken(uint planned) =>
        IsAccelerated ? planned - Math.Min(planned, _options.AcceleratedWindow) : planned;

    /// <summary>
    /// Up to where a hole is a hole. What was ordered since the last visit may be behind the token and not have arrived for that reason.
    /// </summary>
    private MessageSequence MissingUpTo(MessageSequence ordered) =>
        IsAccelerated ? MessageSequence.Min(ordered, _orderedBefore) : ordered;

    private void SendBehindToken(MessageWindow window)
    {
        if (_behindToken.Count == 0)
        {
            return;
        }

        Rule(TotemRule.MessagesSentBehindToken);
        Statistics.MessagesSentBehindToken += _behindToken.Count;
        foreach (var sequence in _behindToken)
        {
            MulticastMessage(window.Memory(sequence));
        }

        _behindToken.Clear();
    }
}
