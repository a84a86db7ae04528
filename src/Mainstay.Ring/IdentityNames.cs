using System.Globalization;
using System.Runtime.InteropServices;

namespace Mainstay.Ring;

/// <summary>
/// Users and groups by name, as every other program on the host knows them (getpwnam_r(3), getgrnam_r(3)): those of a directory service
/// too.
/// </summary>
internal static unsafe partial class IdentityNames
{
    private const int ErrorRange = 34;
    private const int BufferSizeMin = 16 * 1024;
    private const int BufferSizeMax = 16 * 1024 * 1024;

    private delegate int Lookup(string name, Entry* entry, byte* buffer, nuint size, out Entry* found);

    /// <summary>The number of a user (<c>uid</c>) or group (<c>gid</c>) that is given by number or name; <see langword="null"/> where it is
    /// not known.</summary>
    public static uint? Find(string kind, string name)
    {
        if (uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return number;
        return Find(kind == "uid" ? FindUser : FindGroup, name);
    }

    private static uint? Find(Lookup lookup, string name)
    {
        // A large group has a large entry.
        for (var size = BufferSizeMin; size <= BufferSizeMax; size *= 4)
        {
            var buffer = new byte[size];
            fixed (byte* bytes = buffer)
            {
                Entry entry;
                var error = lookup(name, &entry, bytes, (nuint)size, out var found);
                if (error == 0) return found is null ? null : entry.Number;
                if (error != ErrorRange) return null;
            }
        }

        return null;
    }

    [LibraryImport("libc", EntryPoint = "getpwnam_r", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int FindUser(string name, Entry* entry, byte* buffer, nuint size, out Entry* found);

    [LibraryImport("libc", EntryPoint = "getgrnam_r", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int FindGroup(string name, Entry* entry, byte* buffer, nuint size, out Entry* found);

    /// <summary><c>struct passwd</c> and <c>struct group</c> begin alike; the longer of them.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Entry
    {
        public byte* Name;
        public byte* Password;
        public uint Number;
        public uint Group;
        public byte* Comment;
        public byte* Home;
        public byte* Shell;
    }
}
