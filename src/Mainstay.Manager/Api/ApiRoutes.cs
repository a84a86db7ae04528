using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Mainstay.Cib;
using Mainstay.Client;
using Mainstay.Manager.Core;
using Microsoft.AspNetCore.Http;

namespace Mainstay.Manager.Api;

/// <summary>The API's routes. Every refusal is a <see cref="ManagerError"/>.</summary>
internal sealed class ApiRoutes(ManagerDaemon daemon)
{
    private static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(120);

    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            await RouteAsync(context).ConfigureAwait(false);
        }
        catch (RequestRefusedException refused)
        {
            await RefuseAsync(context, refused.Status, refused.Error).ConfigureAwait(false);
        }
        catch (JsonException exception)
        {
            await RefuseAsync(context, 400, new ManagerError(
                AnswerCodes.Usage, $"The request is not understood: {exception.Message}", [])).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            var error = new ManagerError(
                AnswerCodes.Timeout, "The cluster did not answer in time; whether the request took effect is not known.", []);
            await RefuseAsync(context, 504, error).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The caller went away.
        }
    }

    private Task RouteAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return (context.Request.Method, parts) switch
        {
            ("GET", ["v1", "cib"]) => GetCibAsync(context),
            ("POST", ["v1", "cib", "operations"]) => ChangeCibAsync(context),
            ("GET", ["v1", "status"]) => GetStatusAsync(context),
            ("GET", ["v1", "idle"]) => GetIdleAsync(context),
            ("GET", ["v1", "attributes"]) => GetAttributesAsync(context),
            ("POST", ["v1", "attributes"]) => SetAttributeAsync(context),
            ("POST", ["v1", "resources", "cleanup"]) => CleanUpAsync(context, isRefresh: false),
            ("POST", ["v1", "resources", "refresh"]) => CleanUpAsync(context, isRefresh: true),
            ("POST", ["v1", "nodes", var node, "fence"]) => FenceAsync(context, node),
            ("POST", ["v1", "nodes", var node, "confirm"]) => ConfirmAsync(context, node),
            ("GET", ["v1", "fencing", "history"]) => GetFencingHistoryAsync(context),
            ("GET", ["v1", "history"]) => WriteAsync(context, daemon.Store.List(), ApiJson.Default.IReadOnlyListCibRevision),
            ("GET", ["v1", "history", var number]) => GetRevisionAsync(context, number),
            ("GET", ["v1", "events"]) => StreamEventsAsync(context),
            ("POST", ["v1", "shutdown"]) => ShutDownAsync(context),
            _ => throw new RequestRefusedException(404, AnswerCodes.Usage, $"There is no {context.Request.Method} {path}."),
        };
    }

    private async Task GetCibAsync(HttpContext context)
    {
        var document = await daemon.Loop.QueryAsync(core => core.GetCib()).ConfigureAwait(false);
        var scope = context.Request.Query["scope"].ToString();
        if (scope.Length == 0)
        {
            await WriteXmlAsync(context, document.ToXml()).ConfigureAwait(false);
            return;
        }

        var section = document.Section(scope)
            ?? throw new RequestRefusedException(404, AnswerCodes.NoSuch, $"The CIB has no section '{scope}'.");
        await WriteXmlAsync(context, CibWriter.Print(section)).ConfigureAwait(false);
    }

    private async Task ChangeCibAsync(HttpContext context)
    {
        var request = await ReadAsync(context, ApiJson.Default.CibOperationRequest).ConfigureAwait(false);
        var change = new CibChange
        {
            Operation = request.Operation.ToString().ToLowerInvariant(),
            Scope = request.Scope,
            XPath = request.XPath,
            Xml = request.Xml,
            User = request.User,
            Client = request.Client,
            IfVersion = request.IfVersion,
            AllowCreate = request.AllowCreate,
            All = request.All,
        };
        var changed = await AskAsync<CibChanged>(context, id => new ChangeCib(id, change, request.DryRun)).ConfigureAwait(false);
        await WriteAsync(
            context, new CibOperationResult(changed.Version, changed.Changed), ApiJson.Default.CibOperationResult).ConfigureAwait(false);
    }

    private async Task GetStatusAsync(HttpContext context)
    {
        var status = await daemon.Loop.QueryAsync(core => core.GetStatus()).ConfigureAwait(false);
        await WriteAsync(context, ApiViews.Status(status, daemon.Identity), ApiJson.Default.ManagerStatus).ConfigureAwait(false);
    }

    private async Task GetIdleAsync(HttpContext context)
    {
        var seconds = decimal.TryParse(
            context.Request.Query["timeout"], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var given) ? given : 60;
        var milliseconds = (int)Math.Min(seconds * 1000, int.MaxValue);
        var answer = await daemon.Loop.RequestAsync(id => new WaitIdle(id, milliseconds), context.RequestAborted).ConfigureAwait(false);
        var idle = answer as IdleState ?? new IdleState(IsIdle: false, -1);
        await WriteAsync(context, new IdleResult(idle.IsIdle, idle.TransitionId), ApiJson.Default.IdleResult).ConfigureAwait(false);
    }

    private async Task GetAttributesAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var lifetime = Enum.TryParse<AttributeLifetime>(
            query["lifetime"], ignoreCase: true, out var kind) ? kind : (AttributeLifetime?)null;
        var (transient, document) = await daemon.Loop.QueryAsync(core => (core.GetAttributes(), core.GetCib())).ConfigureAwait(false);
        IEnumerable<AttributeValue> values = lifetime == AttributeLifetime.Permanent
            ? PermanentAttributes.Read(document)
            : transient.Select(view => new AttributeValue(
                view.Name, view.Node, view.Value, view.IsPrivate ? AttributeLifetime.Private : AttributeLifetime.Transient));
        if (lifetime is { } wanted) values = values.Where(value => value.Lifetime == wanted);
        if (query["name"].ToString() is { Length: > 0 } name) values = values.Where(value => value.Name == name);
        if (query["node"].ToString() is { Length: > 0 } node)
        {
            values = values.Where(value => value.Node.Equals(node, StringComparison.OrdinalIgnoreCase));
        }

        await WriteAsync(context, [.. values], ApiJson.Default.IReadOnlyListAttributeValue).ConfigureAwait(false);
    }

    private async Task SetAttributeAsync(HttpContext context)
    {
        var update = await ReadAsync(context, ApiJson.Default.AttributeUpdate).ConfigureAwait(false);
        if (update.Lifetime == AttributeLifetime.Permanent)
        {
            var document = await daemon.Loop.QueryAsync(core => core.GetCib()).ConfigureAwait(false);
            var edit = PermanentAttributes.Change(document, update, daemon.Identity.NodeName);
            _ = await AskAsync<CibChanged>(context, id => new ChangeCib(id, edit, IsDryRun: false)).ConfigureAwait(false);
            return;
        }

        var change = new AttributeChange
        {
            Name = update.Name,
            Node = update.Node,
            Value = update.Value,
            IsPrivate = update.Lifetime == AttributeLifetime.Private,
            IsPattern = update.IsPattern,
            AllNodes = update.AllNodes,
        };
        _ = await AskAsync<Accepted>(context, id => new SetAttribute(id, change, update.DampeningMs)).ConfigureAwait(false);
    }

    private async Task CleanUpAsync(HttpContext context, bool isRefresh)
    {
        var request = await ReadAsync(context, ApiJson.Default.CleanupRequest).ConfigureAwait(false);
        var cleaned = await AskAsync<CleanedUp>(
            context,
            id => new CleanUp(id, request.Resource, request.Node, request.Operation, request.IntervalMs, isRefresh)).ConfigureAwait(false);
        var result = new CleanupResult([.. cleaned.Items.Select(item => new CleanedResource(item.Resource, item.Node))]);
        await WriteAsync(context, result, ApiJson.Default.CleanupResult).ConfigureAwait(false);
    }

    private async Task FenceAsync(HttpContext context, string node)
    {
        var request = await ReadAsync(context, ApiJson.Default.FenceRequest).ConfigureAwait(false);
        var ended = await AskAsync<FencingEnded>(
            context,
            id => new FenceNode(
                id, node, request.Action, Clamp(
                    request.TimeoutMs), Clamp(request.ToleranceMs), (int)Math.Clamp(request.DelayMs, -1, int.MaxValue), request.Client),
            TimeSpan.FromMilliseconds(Math.Max(0, request.TimeoutMs) * 10) + RequestLimit).ConfigureAwait(false);
        if (ended.Entry.State != "success")
        {
            throw new RequestRefusedException(
                502, AnswerCodes.Error, $"Fencing ({ended.Entry.Action}) of {node} failed: {ended.Entry.Reason}.");
        }

        await WriteAsync(context, ApiViews.Fencing(ended.Entry), ApiJson.Default.FencingEvent).ConfigureAwait(false);
    }

    private async Task ConfirmAsync(HttpContext context, string node)
    {
        var request = await ReadAsync(context, ApiJson.Default.ConfirmFencedRequest).ConfigureAwait(false);
        var ended = await AskAsync<FencingEnded>(
            context, id => new ConfirmFenced(id, node, request.Force, request.Client)).ConfigureAwait(false);
        await WriteAsync(context, ApiViews.Fencing(ended.Entry), ApiJson.Default.FencingEvent).ConfigureAwait(false);
    }

    private async Task GetFencingHistoryAsync(HttpContext context)
    {
        var history = await daemon.Loop.QueryAsync(core => core.GetFencingHistory()).ConfigureAwait(false);
        await WriteAsync(context, [.. history.Select(ApiViews.Fencing)], ApiJson.Default.IReadOnlyListFencingEvent).ConfigureAwait(false);
    }

    private async Task GetRevisionAsync(HttpContext context, string number)
    {
        var xml = long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var wanted) ? daemon.Store.Read(wanted) : null;
        if (xml is null) throw new RequestRefusedException(404, AnswerCodes.NoSuch, $"This node keeps no revision {number}.");
        await WriteXmlAsync(context, xml).ConfigureAwait(false);
    }

    private async Task ShutDownAsync(HttpContext context) =>
        _ = await AskAsync<Accepted>(context, id => new ShutDown(id)).ConfigureAwait(false);

    private async Task StreamEventsAsync(HttpContext context)
    {
        var channel = daemon.Events.Listen();
        try
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
            await foreach (var item in channel.Reader.ReadAllAsync(context.RequestAborted).ConfigureAwait(false))
            {
                var line = "data: " + JsonSerializer.Serialize(item, ApiJson.Default.ManagerEvent) + "\n\n";
                await context.Response.WriteAsync(line, context.RequestAborted).ConfigureAwait(false);
            }
        }
        finally
        {
            daemon.Events.Forget(channel);
        }
    }

    private async Task<T> AskAsync<T>(HttpContext context, Func<long, Request> make, TimeSpan? limit = null)
        where T : RequestAnswer
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        deadline.CancelAfter(limit ?? RequestLimit);
        var answer = await daemon.Loop.RequestAsync(make, deadline.Token).ConfigureAwait(false);
        return answer switch
        {
            T expected => expected,
            Refused refused => throw new RequestRefusedException(409, new ManagerError(
                refused.Code,
                refused.Message,
                [.. refused.Problems.Select(
                    problem => new ManagerProblem(problem.Severity, problem.Message, problem.Element, problem.ElementId, problem.Line))])),
            _ => throw new RequestRefusedException(500, AnswerCodes.Error, $"The manager answered with {answer.GetType().Name}."),
        };
    }

    private static int Clamp(long value) => (int)Math.Clamp(value, 0, int.MaxValue);

    private static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type) =>
        await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted).ConfigureAwait(false)
        ?? throw new RequestRefusedException(400, AnswerCodes.Usage, "The request is empty.");

    private static Task WriteAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type) =>
        SendAsync(context, "application/json", JsonSerializer.SerializeToUtf8Bytes(value, type));

    private static Task WriteXmlAsync(HttpContext context, string xml) =>
        SendAsync(context, "application/xml", System.Text.Encoding.UTF8.GetBytes(xml));

    private static Task RefuseAsync(HttpContext context, int status, ManagerError error)
    {
        if (context.Response.HasStarted) return Task.CompletedTask;
        context.Response.StatusCode = status;
        return WriteAsync(context, error, ApiJson.Default.ManagerError);
    }

    private static async Task SendAsync(HttpContext context, string type, byte[] body)
    {
        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
    }
}
