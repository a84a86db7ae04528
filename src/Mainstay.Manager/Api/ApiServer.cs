using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Mainstay.Manager.Api;

/// <summary>HTTP and JSON over the unix socket; routes mapped by hand.</summary>
internal sealed class ApiServer(ManagerDaemon daemon, ILogger logger) : IAsyncDisposable
{
    private const long BodySizeMax = 256L * 1024 * 1024;

    private WebApplication? _application;
    private string _path = "";

    public async Task StartAsync(string path)
    {
        _path = path;
        File.Delete(path);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = BodySizeMax;
            options.ListenUnixSocket(path, listen => listen.Use(next => context => AdmitAsync(next, context)));
        });
        var application = builder.Build();
        var routes = new ApiRoutes(daemon);
        application.Run(routes.HandleAsync);
        _application = application;
        await application.StartAsync().ConfigureAwait(false);
        File.SetUnixFileMode(
            path,
            UnixFileMode.UserRead | UnixFileMode.UserWrite
            | UnixFileMode.GroupRead | UnixFileMode.GroupWrite
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite);
    }

    public async ValueTask DisposeAsync()
    {
        if (_application is not { } application) return;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await application.StopAsync(limit.Token).ConfigureAwait(false);
        await application.DisposeAsync().ConfigureAwait(false);
        File.Delete(_path);
    }

    /// <summary>The socket's mode lets everyone connect; the kernel's word on who it is decides.</summary>
    private async Task AdmitAsync(ConnectionDelegate next, ConnectionContext context)
    {
        var socket = context.Features.Get<IConnectionSocketFeature>()?.Socket;
        uint user = uint.MaxValue;
        if (socket is null || !PeerAccess.IsAllowed(socket, out user))
        {
            logger.ConnectionRefused(user);
            context.Abort();
            return;
        }

        await next(context).ConfigureAwait(false);
    }
}
