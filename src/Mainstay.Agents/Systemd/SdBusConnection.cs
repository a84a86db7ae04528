using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Mainstay.Agents.Processes;
using static Mainstay.Agents.Systemd.SdBusNative;

namespace Mainstay.Agents.Systemd;

/// <summary>What a reply carries.</summary>
internal enum ReplyShape
{
    /// <summary>Nothing of interest.</summary>
    Empty,

    /// <summary>One object path.</summary>
    ObjectPath,

    /// <summary>One variant with a string in it.</summary>
    VariantString,

    /// <summary>An array of (file, state).</summary>
    UnitFiles,
}

/// <summary>A method call to be made.</summary>
internal sealed record BusCall(
    string Destination, string Path, string Interface, string Member, IReadOnlyList<string> Arguments, ReplyShape Shape);

/// <summary>An answer: values, or an error's name and message.</summary>
internal sealed record BusReply(string ErrorName, string ErrorMessage, IReadOnlyList<string> Values)
{
    public bool IsError => ErrorName.Length > 0;

    public static BusReply Failure(string name, string message) => new(name, message, []);
}

/// <summary>
/// One connection to the system bus on one thread of its own. Calls are asynchronous: requests are queued to the thread, replies found by
/// their cookie. A lost connection fails what is pending and ends the thread; the owner makes a new one.
/// </summary>
internal sealed unsafe class SdBusConnection : IDisposable
{
    public const string Disconnected = "mainstay.Disconnected";

    private readonly Action<string, string> _jobRemoved;
    private readonly ConcurrentQueue<(BusCall Call, TaskCompletionSource<BusReply> Reply)> _requests = new();
    private readonly Dictionary<ulong, (ReplyShape Shape, TaskCompletionSource<BusReply> Reply)> _pending = [];
    private readonly int _wakeFd;
    private readonly nint _bus;
    private readonly Lock _gate = new();
    private bool _isClosed;
    private volatile bool _isStopping;

    private SdBusConnection(nint bus, int wakeFd, Action<string, string> jobRemoved)
    {
        _bus = bus;
        _wakeFd = wakeFd;
        _jobRemoved = jobRemoved;
    }

    public bool IsClosed => Volatile.Read(ref _isClosed);

    /// <summary>Connects. Null and a reason where there is no bus.</summary>
    /// <param name="jobRemoved">Called on the bus thread with job path and result.</param>
    /// <param name="problem">Why there is no connection.</param>
    public static SdBusConnection? TryOpen(Action<string, string> jobRemoved, out string problem)
    {
        problem = string.Empty;
        try
        {
            nint bus;
            var result = sd_bus_open_system(&bus);
            if (result < 0)
            {
                problem = $"the system bus cannot be reached: {Marshal.GetPInvokeErrorMessage(-result)}";
                return null;
            }

            var connection = new SdBusConnection(bus, NativeMethods.eventfd(0, NativeMethods.EFD_FLAGS), jobRemoved);
            new Thread(connection.Run) { IsBackground = true, Name = "systemd bus" }.Start();
            return connection;
        }
        catch (DllNotFoundException)
        {
            problem = "libsystemd.so.0 is not installed";
            return null;
        }
    }

    /// <summary>Makes a call. Never faults: failures are replies with an error name.</summary>
    public Task<BusReply> CallAsync(BusCall call)
    {
        var reply = new TaskCompletionSource<BusReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_isClosed) reply.TrySetResult(BusReply.Failure(Disconnected, "the connection to the system bus is closed"));
            else _requests.Enqueue((call, reply));
        }

        Wake();
        return reply.Task;
    }

    public void Dispose()
    {
        _isStopping = true;
        Wake();
    }

    private void Wake()
    {
        lock (_gate)
        {
            if (_isClosed) return;
            var one = 1L;
            _ = NativeMethods.write(_wakeFd, (byte*)&one, sizeof(long));
        }
    }

    private void Run()
    {
        while (!_isStopping)
        {
            while (_requests.TryDequeue(out var request)) Send(request.Call, request.Reply);
            nint message = 0;
            var result = sd_bus_process(_bus, &message);
            if (message != 0)
            {
                Handle(message);
                sd_bus_message_unref(message);
            }

            if (result < 0) break;
            if (result == 0 && !Wait()) break;
        }

        Close();
    }

    private bool Wait()
    {
        const int intervalMs = 60_000;
        var events = sd_bus_get_events(_bus);
        if (events < 0) return false;
        var fds = stackalloc NativeMethods.PollFd[2];
        fds[0] = new NativeMethods.PollFd { Fd = sd_bus_get_fd(_bus), Events = (short)events };
        fds[1] = new NativeMethods.PollFd { Fd = _wakeFd, Events = NativeMethods.POLLIN };
        _ = NativeMethods.poll(fds, 2, intervalMs);
        long value;
        if (fds[1].Revents != 0) _ = NativeMethods.read(_wakeFd, (byte*)&value, sizeof(long));
        return true;
    }

    private void Send(BusCall call, TaskCompletionSource<BusReply> reply)
    {
        nint message;
        ulong cookie = 0;
        var result = sd_bus_message_new_method_call(_bus, &message, call.Destination, call.Path, call.Interface, call.Member);
        if (result >= 0)
        {
            foreach (var argument in call.Arguments)
            {
                var text = Marshal.StringToCoTaskMemUTF8(argument);
                if (result >= 0) result = sd_bus_message_append_basic(message, (byte)'s', (void*)text);
                Marshal.FreeCoTaskMem(text);
            }

            if (result >= 0) result = sd_bus_send(_bus, message, &cookie);
            sd_bus_message_unref(message);
        }

        if (result >= 0) _pending[cookie] = (call.Shape, reply);
        else reply.TrySetResult(BusReply.Failure(Disconnected, $"{call.Member} cannot be sent: {Marshal.GetPInvokeErrorMessage(-result)}"));
    }

    private void Handle(nint message)
    {
        byte type;
        if (sd_bus_message_get_type(message, &type) < 0) return;
        if (type == TypeSignal)
        {
            if (sd_bus_message_is_signal(message, SystemdManager.ManagerInterface, "JobRemoved") > 0) HandleJobRemoved(message);
            return;
        }

        ulong cookie;
        if (type is not (TypeMethodReturn or TypeMethodError) || sd_bus_message_get_reply_cookie(message, &cookie) < 0) return;
        if (!_pending.Remove(cookie, out var pending)) return;
        pending.Reply.TrySetResult(type == TypeMethodError
            ? ReadError(message)
            : new BusReply(string.Empty, string.Empty, Read(message, pending.Shape)));
    }

    private static BusReply ReadError(nint message)
    {
        var error = sd_bus_message_get_error(message);
        return error == null
            ? BusReply.Failure("unknown", "unknown error")
            : BusReply.Failure(Text(error->Name) is { Length: > 0 } name ? name : "unknown", Text(error->Message));
    }

    private static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? string.Empty;

    private static string ReadString(nint message, char type)
    {
        byte* text = null;
        return sd_bus_message_read_basic(message, (byte)type, &text) > 0 ? Text(text) : string.Empty;
    }

    private static List<string> Read(nint message, ReplyShape shape)
    {
        switch (shape)
        {
            case ReplyShape.ObjectPath:
                return [ReadString(message, 'o')];
            case ReplyShape.VariantString:
                if (sd_bus_message_enter_container(message, (byte)'v', "s") <= 0) return [string.Empty];
                var value = ReadString(message, 's');
                _ = sd_bus_message_exit_container(message);
                return [value];
            case ReplyShape.UnitFiles:
                var files = new List<string>();
                if (sd_bus_message_enter_container(message, (byte)'a', "(ss)") <= 0) return files;
                while (sd_bus_message_enter_container(message, (byte)'r', "ss") > 0)
                {
                    files.Add(ReadString(message, 's'));
                    ReadString(message, 's');
                    _ = sd_bus_message_exit_container(message);
                }

                return files;
            default:
                return [];
        }
    }

    private void HandleJobRemoved(nint message)
    {
        uint id;
        if (sd_bus_message_read_basic(message, (byte)'u', &id) <= 0) return;
        var job = ReadString(message, 'o');
        ReadString(message, 's');
        _jobRemoved(job, ReadString(message, 's'));
    }

    private void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            _ = NativeMethods.close(_wakeFd);
        }

        sd_bus_flush_close_unref(_bus);
        var lost = BusReply.Failure(Disconnected, "the connection to the system bus was lost");
        foreach (var pending in _pending.Values) pending.Reply.TrySetResult(lost);
        while (_requests.TryDequeue(out var request)) request.Reply.TrySetResult(lost);
    }
}
