using System.Runtime.InteropServices;

namespace Mainstay.Cli;

/// <summary>
/// The size of the terminal behind standard output. The console class knows it too, but to find out it writes the terminal's control
/// sequences, which have no place in the output of somebody who asked for none.
/// </summary>
internal static partial class TerminalSize
{
    private const int StandardOutput = 1;
    private const uint GetWindowSize = 0x5413;

    /// <summary>Columns; <see langword="null"/> where the terminal does not know (a serial line).</summary>
    public static int? Columns => Ioctl(StandardOutput, GetWindowSize, out var size) == 0 && size.Columns > 0 ? size.Columns : null;

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Ioctl(int descriptor, nuint request, out WindowSize size);

    [StructLayout(LayoutKind.Sequential)]
    private struct WindowSize
    {
        public ushort Rows;
        public ushort Columns;
        public ushort WidthPixels;
        public ushort HeightPixels;
    }
}
