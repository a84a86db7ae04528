using System.Text;
using Mainstay.Ring.Client;

namespace Mainstay.Cli.Ring;

/// <summary>The native tool <c>corosync-cmapctl</c> on mainstay-ring (spec/cli-crm.md section 12).</summary>
internal sealed class CmapTool : CorosyncTool
{
    private const int ExitFailed = 1;
    private const int KeySizeMax = 255;

    private const string Usage = """
        usage: corosync-cmapctl [-b] [-q] [-m MAP] [PREFIX...]       list keys
               corosync-cmapctl [-b] [-q] [-m MAP] -g KEY...         show keys
               corosync-cmapctl -s KEY TYPE VALUE                    set a key
               corosync-cmapctl -d KEY...                            delete keys
               corosync-cmapctl -D PREFIX...                         delete keys by prefix
               corosync-cmapctl [-b] [-q] [-m MAP] -t KEY...         follow changes of keys
               corosync-cmapctl [-b] [-q] [-m MAP] -T PREFIX...      follow changes of keys by prefix
               corosync-cmapctl -p FILE                              set and delete as the file says
               corosync-cmapctl -C knet|ipc|totem|schedmiss|all      set counters to zero

          -b      show the bytes of binary values
          -q      values only
          -m MAP  icmap (configuration and state; the default) or stats (counters)
          TYPE    i8 u8 i16 u16 i32 u32 i64 u64 flt dbl str, or bin: then VALUE is a file, - is standard input
          FILE    lines "KEY TYPE VALUE"; "^KEY" deletes a key, "^^PREFIX" keys by prefix

        """;

    /// <inheritdoc/>
    protected override string Name => "corosync-cmapctl";

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ToolContext context, IReadOnlyList<string> args)
    {
        if (Request.Read(PosixOptions.Parse(Name, "hgsdDtTbqm:C:p:", [], args), out var problem) is not { } request)
        {
            context.Error.WriteLine(problem);
            return ExitFailed;
        }

        if (request.Action == 'h')
        {
            context.Out.Write(Usage);
            return 0;
        }

        await using var ring = await ConnectAsync(context, e => $"Failed to initialize the cmap API. Error {Text(e)}");
        if (ring is null) return ExitFailed;
        if (RefuseLong(context, request)) return ExitFailed;
        var map = request.IsStatistics ? ring.Statistics : ring.Map;
        var keys = request.Operands;
        switch (request.Action)
        {
            case 'g':
                return await GetAsync(context, map, request);
            case 's':
                return await SetAsync(context, map, keys[0], keys[1], keys[2]) ? 0 : ExitFailed;
            case 'd':
                foreach (var key in keys)
                {
                    if (!await DeleteAsync(context, map, key)) return ExitFailed;
                }

                return 0;
            case 'D':
                foreach (var prefix in keys) await DeletePrefixAsync(context, map, prefix);
                return 0;
            case 't' or 'T':
                return await TrackAsync(context, map, request);
            case 'C':
                await ring.Statistics.SetAsync($"stats.clear.{request.Value}", RingMapValue.Of(1u), context.Cancellation);
                return 0;
            case 'p':
                return await LoadAsync(context, map, request.Value);
            default:
                return await ListAsync(context, map, request);
        }
    }

    // The daemon takes a prefix, or a key that cannot be there, of any length.
    private static bool RefuseLong(ToolContext context, Request request)
    {
        if (request.Action is 's' or 'p' or 'C' || request.Operands.FirstOrDefault(k => k.Length > KeySizeMax) is not { } key) return false;
        var what = request.Action switch
        {
            'g' => $"Can't get key {key}.",
            'd' => $"Can't delete key {key}.",
            't' or 'T' => "Failed to add tracking function.",
            _ => "Failed to initialize iteration.",
        };
        context.Error.WriteLine($"{what} Error {Text(RingError.BadName)}");
        return true;
    }

    private static async Task<int> ListAsync(ToolContext context, RingMap map, Request request)
    {
        var found = 0;
        var text = new StringBuilder();
        foreach (var prefix in request.Operands.DefaultIfEmpty(string.Empty))
        {
            foreach (var (key, value) in await map.ListAsync(prefix, context.Cancellation))
            {
                found++;
                text.Append(CmapValues.Line(key, value, request.ShowsBinary, request.IsQuiet)).Append('\n');
            }
        }

        context.Out.Write(text.ToString());
        return found > 0 ? 0 : ExitFailed;
    }

    private static async Task<int> GetAsync(ToolContext context, RingMap map, Request request)
    {
        foreach (var key in request.Operands)
        {
            try
            {
                var value = await map.GetAsync(key, context.Cancellation);
                context.Out.WriteLine(CmapValues.Line(key, value, request.ShowsBinary, request.IsQuiet));
            }
            catch (RingException failure)
            {
                context.Error.WriteLine($"Can't get key {key}. Error {Text(failure.Error)}");
                return ExitFailed;
            }
        }

        return 0;
    }

    private static async Task<bool> SetAsync(ToolContext context, RingMap map, string key, string typeName, string text)
    {
        var type = CmapValues.TypeOf(typeName);
        if (type == RingMapType.None)
        {
            context.Error.WriteLine($"Unknown type {typeName}");
            return false;
        }

        RingMapValue? value;
        if (type == RingMapType.Binary)
        {
            value = ReadBinary(context, text);
        }
        else
        {
            value = CmapValues.Parse(type, typeName, text, out var refusal);
            if (value is null) context.Error.WriteLine(refusal);
        }

        if (value is not { } wanted) return false;
        try
        {
            await map.SetAsync(key, wanted, context.Cancellation);
            return true;
        }
        catch (RingException failure)
        {
            context.Error.WriteLine($"Failed to set key {key}. Error {Text(failure.Error)}");
            return false;
        }
    }

    private static RingMapValue? ReadBinary(ToolContext context, string file)
    {
        try
        {
            if (file != "-") return RingMapValue.OfBinary(File.ReadAllBytes(file));
            using var input = new MemoryStream();
            using var stream = Console.OpenStandardInput();
            stream.CopyTo(input);
            return RingMapValue.OfBinary(input.ToArray());
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            context.Error.WriteLine($"Can't open input file: {Reason(problem)}");
            return null;
        }
    }

    private static async Task<bool> DeleteAsync(ToolContext context, RingMap map, string key)
    {
        try
        {
            await map.DeleteAsync(key, context.Cancellation);
            return true;
        }
        catch (RingException failure)
        {
            context.Error.WriteLine($"Can't delete key {key}. Error {Text(failure.Error)}");
            return false;
        }
    }

    private static async Task DeletePrefixAsync(ToolContext context, RingMap map, string prefix)
    {
        foreach (var (key, _) in await map.ListAsync(prefix, context.Cancellation)) await DeleteAsync(context, map, key);
    }

    private static async Task<int> TrackAsync(ToolContext context, RingMap map, Request request)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
        var tracks = new List<RingMapTrack>();
        foreach (var key in request.Operands)
        {
            tracks.Add(await map.TrackAsync(key, request.Action == 'T', RingMapChangeKinds.All, ending.Token));
        }

        context.Out.WriteLine("Type \"q\" to finish");
        var printing = Task.WhenAll(tracks.Select(t => PrintAsync(context, t, request, ending.Token)));
        var typing = Task.Run(() => WaitForEnd(context.In), ending.Token);
        if (await Task.WhenAny(printing, typing) == typing)
        {
            // What was set before the end was typed is there already, or on its way: an answer comes after it.
            await map.ListAsync("runtime.force_gather", ending.Token);
            foreach (var track in tracks) await track.DisposeAsync();
            await printing;
        }

        await ending.CancelAsync();
        return 0;
    }

    private static void WaitForEnd(TextReader input)
    {
        while (input.ReadLine() is { } line)
        {
            if (line.StartsWith('q')) return;
        }
    }

    private static async Task PrintAsync(ToolContext context, RingMapTrack track, Request request, CancellationToken ending)
    {
        await foreach (var change in track.Changes.ReadAllAsync(ending))
        {
            var (word, value) = change.Kind switch
            {
                RingMapChangeKinds.Add => ("create> ", change.New),
                RingMapChangeKinds.Modify => ("modify> ", change.New),
                _ => ("delete> ", change.Old),
            };
            context.Out.WriteLine(word + CmapValues.Line(change.Key, value, request.ShowsBinary, request.IsQuiet));
        }
    }

    // Lines "KEY TYPE VALUE", "^KEY" deletes, "^^PREFIX" deletes by prefix; a line with # is a comment.
    private static async Task<int> LoadAsync(ToolContext context, RingMap map, string file)
    {
        string[] lines;
        try
        {
            lines = await File.ReadAllLinesAsync(file, context.Cancellation);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            context.Error.WriteLine($"Couldn't open file.: {Reason(problem)}");
            return ExitFailed;
        }

        foreach (var line in lines)
        {
            var words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0 || words[0].StartsWith('#')) continue;
            if (words[0].StartsWith("^^", StringComparison.Ordinal))
            {
                await DeletePrefixAsync(context, map, words[0][2..]);
            }
            else if (words[0].StartsWith('^'))
            {
                await DeleteAsync(context, map, words[0][1..]);
            }
            else if (words.Length < 3)
            {
                context.Error.WriteLine($"Both type and value for key {words[0]} are required");
                return ExitFailed;
            }
            else if (!await SetAsync(context, map, words[0], words[1], words[2]))
            {
                return ExitFailed;
            }
        }

        return 0;
    }

    private static string Reason(Exception problem) => problem switch
    {
        FileNotFoundException or DirectoryNotFoundException => "No such file or directory",
        UnauthorizedAccessException => "Permission denied",
        _ => problem.Message,
    };

    /// <summary>What the options amount to: the last action of them counts; without one, keys are listed.</summary>
    private sealed record Request(
        char Action, IReadOnlyList<string> Operands, string Value, bool IsStatistics, bool ShowsBinary, bool IsQuiet)
    {
        private static readonly string[] s_clearable = ["knet", "totem", "ipc", "schedmiss", "all"];

        public static Request? Read(PosixOptions options, out string problem)
        {
            problem = options.Error ?? string.Empty;
            if (options.Error is not null) return null;
            var request = new Request('l', options.Rest, string.Empty, false, false, false);
            foreach (var (name, value) in options.Given)
            {
                problem = request.With(name[0], value, out request);
                if (problem.Length > 0) return null;
            }

            var wantsKeys = request.Action is 'g' or 's' or 'd' or 'D' or 't' or 'T';
            if (wantsKeys && request.Operands.Count == 0) problem = "Expected key after options";
            else if (request.Action == 's' && request.Operands.Count < 3) problem = "At least 3 parameters are expected for set";
            return problem.Length > 0 ? null : request;
        }

        private string With(char name, string value, out Request next)
        {
            next = name switch
            {
                'b' => this with { ShowsBinary = true },
                'q' => this with { IsQuiet = true },
                'm' => this with { IsStatistics = value == "stats" },
                _ => this with { Action = name, Value = value },
            };
            return name switch
            {
                'm' when value is not ("default" or "icmap" or "stats") => "invalid map name, must be 'default', 'icmap' or 'stats'",
                'C' when !s_clearable.Contains(value, StringComparer.Ordinal) =>
                    "argument to -C should be 'knet', 'totem', 'ipc', 'schedmiss' or 'all'",
                _ => string.Empty,
            };
        }
    }
}
