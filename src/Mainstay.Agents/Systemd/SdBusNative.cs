using System.Runtime.InteropServices;

namespace Mainstay.Agents.Systemd;

/// <summary>The functions of libsystemd's sd-bus that are used; all of them non-variadic.</summary>
internal static unsafe partial class SdBusNative
{
    public const byte TypeMethodReturn = 2;
    public const byte TypeMethodError = 3;
    public const byte TypeSignal = 4;

    private const string Library = "libsystemd.so.0";

    [StructLayout(LayoutKind.Sequential)]
    internal struct BusError
    {
        public byte* Name;
        public byte* Message;
        public int NeedFree;
    }

    [LibraryImport(Library)]
    internal static partial int sd_bus_open_system(nint* bus);

    [LibraryImport(Library)]
    internal static partial nint sd_bus_flush_close_unref(nint bus);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int sd_bus_message_new_method_call(
        nint bus, nint* message, string destination, string path, string @interface, string member);

    [LibraryImport(Library)]
    internal static partial int sd_bus_message_append_basic(nint message, byte type, void* value);

    [LibraryImport(Library)]
    internal static partial int sd_bus_send(nint bus, nint message, ulong* cookie);

    [LibraryImport(Library)]
    internal static partial int sd_bus_process(nint bus, nint* message);

    [LibraryImport(Library)]
    internal static partial int sd_bus_get_fd(nint bus);

    [LibraryImport(Library)]
    internal static partial int sd_bus_get_events(nint bus);

    [LibraryImport(Library)]
    internal static partial int sd_bus_message_get_type(nint message, byte* type);

    [LibraryImport(Library)]
    internal static partial int sd_bus_message_get_reply_cookie(nint message, ulong* cookie);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int sd_bus_message_is_signal(nint message, string @interface, string member);

    [LibraryImport(Library)]
    internal static partial BusError* sd_bus_message_get_error(nint message);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int sd_bus_message_enter_container(nint message, byte type, string contents);

    [LibraryImport(Library)]
    internal static partial int sd_bus_message_exit_container(nint message);

    [LibraryImport(Library)]
    internal static partial int sd_bus_message_read_basic(nint message, byte type, void* value);

    [LibraryImport(Library)]
    internal static partial nint sd_bus_message_unref(nint message);
}
