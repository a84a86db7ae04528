namespace Mainstay.Manager.Core;

/// <summary>What applying a command means beyond the state: each member carries out what concerns it.</summary>
internal abstract record Effect;

/// <summary>A request is answered; the member it was made on tells its caller.</summary>
internal sealed record RequestAnswered(string Request, RequestAnswer Answer) : Effect;

/// <summary>Every member stores a revision.</summary>
internal sealed record GoalChanged : Effect;

/// <summary>The committed configuration is another one.</summary>
internal sealed record ConfigurationChanged : Effect;

/// <summary>An action is to be run by its node.</summary>
internal sealed record ActionDispatched(InFlightAction Action) : Effect;

/// <summary>An action in flight has ended.</summary>
internal sealed record ActionEnded(InFlightAction Action, bool IsSuccess, string Text) : Effect;

/// <summary>A history was erased: the node's executor forgets the resource.</summary>
internal sealed record HistoryErased(uint NodeId, string Resource) : Effect;

/// <summary>The node may leave.</summary>
internal sealed record ShutdownPermitted(uint NodeId) : Effect;

/// <summary>Members look for devices.</summary>
internal sealed record FenceQueried(FencingOperation Operation) : Effect;

/// <summary>A member runs a device.</summary>
internal sealed record FenceOrdered(FencingOperation Operation, FenceAttempt Attempt) : Effect;

/// <summary>A fencing operation ended.</summary>
internal sealed record FenceFinished(FencingEntry Entry) : Effect;

/// <summary>Something to report.</summary>
internal sealed record Noted(TraceKind Kind, string Text, string? Node = null, string? Subject = null) : Effect;
