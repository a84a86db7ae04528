using Mainstay.Cli;

// The scheduler follows colocations from resource to resource: a chain of thousands needs more than the usual stack. The pages are taken
// only where they are used.
const int StackBytes = 256 << 20;
int status = 0;
var thread = new Thread(() => status = Run(args), StackBytes);
thread.Start();
thread.Join();
return status;

static int Run(string[] args)
{
    try
    {
        return ToolRegistry.Run(ToolContext.OfProcess(InvokedName()), args);
    }
    catch (IOException)
    {
        // The reader of a pipe went away (`mainstay status | head -1`): nobody is left to tell.
        return 141;
    }
}

// The host executable puts its own path into Environment.GetCommandLineArgs; only the kernel still knows argv[0].
static string InvokedName()
{
    Span<byte> start = stackalloc byte[4096]; // no path is longer
    using var file = File.OpenHandle("/proc/self/cmdline");
    var commandLine = start[..RandomAccess.Read(file, start, 0)];
    var end = commandLine.IndexOf((byte)0);
    var name = Path.GetFileName(System.Text.Encoding.UTF8.GetString(end < 0 ? commandLine : commandLine[..end]));
    return name is "" or "dotnet" ? "mainstay" : name;
}
