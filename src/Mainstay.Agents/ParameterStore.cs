using System.Text.Json;
using System.Text.Json.Serialization;
using Mainstay.Agents.Queueing;

namespace Mainstay.Agents;

/// <summary>
/// Keeps <see cref="ParameterMemory"/> in a file, so that a restarted manager stops resources with the parameters they run
/// with.
/// </summary>
internal sealed class ParameterStore
{
    private readonly string? _file;
    private readonly Action<string> _warn;
    private long _savedRevision;

    /// <summary>Reads the file, if there is one. An unreadable one is reported and replaced at the next save.</summary>
    public ParameterStore(string? file, Action<string> warn)
    {
        _file = file;
        _warn = warn;
        if (file is null || !File.Exists(file)) return;
        try
        {
            using var stream = File.OpenRead(file);
            var saved = JsonSerializer.Deserialize(stream, ParameterStoreJson.Default.DictionaryStringDictionaryStringString);
            foreach (var (resource, parameters) in saved ?? []) Memory.Restore(resource, parameters);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            warn($"the parameters of running resources cannot be read from {file}: {e.Message}");
        }
    }

    public ParameterMemory Memory { get; } = new();

    /// <summary>Writes the file if anything changed since the last time: temporary file, then rename.</summary>
    public void SaveIfChanged()
    {
        if (_file is null || Memory.Revision == _savedRevision) return;
        _savedRevision = Memory.Revision;
        try
        {
            var temporary = _file + ".new";
            if (Path.GetDirectoryName(_file) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
            var all = Memory.Resources.ToDictionary(r => r.Key, r => r.Value.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal);
            var options = new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            };
            using (var stream = new FileStream(temporary, options))
            {
                JsonSerializer.Serialize(stream, all, ParameterStoreJson.Default.DictionaryStringDictionaryStringString);
            }

            File.Move(temporary, _file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _warn($"the parameters of running resources cannot be saved to {_file}: {e.Message}");
        }
    }
}

/// <summary>JSON of the parameter file: resource id, then parameter name, to value.</summary>
[JsonSerializable(typeof(Dictionary<string, Dictionary<string, string>>))]
internal sealed partial class ParameterStoreJson : JsonSerializerContext;
