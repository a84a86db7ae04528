using Mainstay.Client;

namespace Mainstay.Manager.Api;

/// <summary>A request is refused; caught at the edge of every request.</summary>
internal sealed class RequestRefusedException(int status, ManagerError error) : Exception(error.Message)
{
    public RequestRefusedException(int status, int code, string message)
        : this(status, new ManagerError(code, message, []))
    {
    }

    /// <summary>HTTP status.</summary>
    public int Status => status;

    public ManagerError Error => error;
}
