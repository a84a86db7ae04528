namespace Mainstay.Cli.Pcs;

/// <summary>Questions before something dangerous.</summary>
internal static class Confirmation
{
    /// <summary>Goes on with <c>--yes</c> (or <c>--force</c>), or where the person at the terminal says y.</summary>
    /// <exception cref="CommandFailure">The answer is no, or there is no terminal to ask at.</exception>
    public static void Require(PcsSession session, string warning)
    {
        if (session.Options.Has("yes") || session.Options.Force)
        {
            if (!session.Options.Has("yes"))
            {
                session.Deprecated("Using --force to confirm this action is deprecated and might be removed in a future release, use "
                    + "--yes instead");
            }

            session.Warn(warning);
            return;
        }

        if (!session.Context.Terminal.IsInteractive)
        {
            throw new CommandFailure($"{warning}, use --yes to override");
        }

        session.Context.Error.Write($"WARNING: {warning}\nType 'yes' or 'y' to proceed, anything else to cancel: ");
        if (session.Context.In.ReadLine()?.Trim().ToLowerInvariant() is not ("y" or "yes"))
        {
            throw new CommandFailure("Canceled");
        }
    }
}
