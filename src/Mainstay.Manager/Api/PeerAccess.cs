using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Mainstay.Manager.Api;

/// <summary>Who may use the API: root, the manager's own user, members of group haclient (spec/manager.md section 6).</summary>
internal static partial class PeerAccess
{
    private const int SocketLevel = 1;
    private const int PeerCredentials = 17;
    private const string GroupName = "haclient";

    /// <summary>Decides by the credentials the kernel reports for the other end.</summary>
    public static bool IsAllowed(Socket socket, out uint user)
    {
        var credentials = new byte[12];
        user = uint.MaxValue;
        if (socket.GetRawSocketOption(SocketLevel, PeerCredentials, credentials) < credentials.Length) return false;
        user = BinaryPrimitives.ReadUInt32LittleEndian(credentials.AsSpan(4));
        var group = BinaryPrimitives.ReadUInt32LittleEndian(credentials.AsSpan(8));
        return user == 0 || user == EffectiveUser() || IsInGroup(user, group);
    }

    private static bool IsInGroup(uint user, uint group)
    {
        foreach (var line in Lines("/etc/group"))
        {
            var fields = line.Split(':');
            if (fields.Length < 4 || fields[0] != GroupName) continue;
            if (uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id == group) return true;
            return NameOf(user) is { } name && fields[3].Split(',').Contains(name, StringComparer.Ordinal);
        }

        return false;
    }

    private static string? NameOf(uint user)
    {
        foreach (var line in Lines("/etc/passwd"))
        {
            var fields = line.Split(':');
            if (fields.Length > 2 && fields[2] == user.ToString(CultureInfo.InvariantCulture)) return fields[0];
        }

        return null;
    }

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint EffectiveUser();
}
