namespace Mainstay.Cib;

/// <summary>Who asks, for access control: a user and the groups the system knows the user in.</summary>
/// <param name="Name">The user's name.</param>
/// <param name="Groups">The names of the user's primary and supplementary groups.</param>
public sealed record CibUser(string Name, IReadOnlyList<string> Groups)
{
    /// <summary>Whether access control does not apply: <c>root</c> and the daemons' own user.</summary>
    public bool IsPrivileged => Name is "root" or "hacluster";
}
