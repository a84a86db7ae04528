using Mainstay.Ring.Client;

namespace Mainstay.Cli.Ring;

/// <summary>What the reference's tools for the ring have in common: options, the connection, the names of errors.</summary>
internal abstract class CorosyncTool : ITool
{
    /// <summary>The tool's name.</summary>
    protected abstract string Name { get; }

    /// <inheritdoc/>
    public int Run(ToolContext context, IReadOnlyList<string> args)
    {
        try
        {
            return RunAsync(context, args).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
        catch (RingException failure)
        {
            // The daemon went in the middle of it, or refuses what no tool of the reference expects to be refused.
            context.Error.WriteLine($"{Name}: {failure.Message}");
            return 1;
        }
    }

    /// <summary>Does the work.</summary>
    protected abstract Task<int> RunAsync(ToolContext context, IReadOnlyList<string> args);

    /// <summary>Connects; <see langword="null"/> with the refusal on standard error, and why, where that fails.</summary>
    protected static Task<RingClient?> ConnectAsync(ToolContext context, string refusal) => ConnectAsync(context, _ => refusal);

    /// <summary>The same with a refusal that names the error.</summary>
    protected static async Task<RingClient?> ConnectAsync(ToolContext context, Func<RingError, string> refusal)
    {
        try
        {
            return await RingClient.ConnectAsync(RingTool.SocketPath(context, null), context.Cancellation);
        }
        catch (RingException problem)
        {
            context.Error.WriteLine(refusal(problem.Error));
            context.Error.WriteLine(problem.Message);
            return null;
        }
    }

    /// <summary>The reference's name of an error.</summary>
    protected static string Text(RingError error) => error switch
    {
        RingError.None => "CS_OK",
        RingError.Timeout => "CS_ERR_TIMEOUT",
        RingError.InvalidParameter => "CS_ERR_INVALID_PARAM",
        RingError.Busy => "CS_ERR_BUSY",
        RingError.Access => "CS_ERR_ACCESS",
        RingError.NotFound => "CS_ERR_NOT_EXIST",
        RingError.BadName => "CS_ERR_NAME_TOO_LONG",
        RingError.Exists => "CS_ERR_EXIST",
        RingError.UnknownNode => "CS_ERR_NAME_NOT_FOUND",
        RingError.NoResources => "CS_ERR_NO_RESOURCES",
        RingError.BadOperation => "CS_ERR_BAD_OPERATION",
        RingError.WrongRing => "CS_ERR_MESSAGE_ERROR",
        _ => "CS_ERR_LIBRARY",
    };

    /// <summary>A node id: a positive number.</summary>
    protected static bool TryNodeId(string text, out uint id)
    {
        id = PosixNumber.Read(text, uint.MaxValue) ?? 0;
        return id > 0;
    }

    /// <summary>Addresses of a node on all its links, apart by blanks.</summary>
    protected static string AddressesOf(RingIdentity identity, uint nodeId) =>
        string.Join(' ', identity.Nodes.FirstOrDefault(n => n.NodeId == nodeId)?.Addresses ?? []);
}
