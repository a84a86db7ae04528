using System.Globalization;
using System.Text;

namespace Mainstay.Ring.Core.Configuration;

/// <summary>The keys of a file, in key order, and what was wrong with its lines.</summary>
/// <param name="Keys">Key path (<c>nodelist.node.0.name</c>) to value; the last one of repeated keys.</param>
/// <param name="Problems">All findings in the order of lines.</param>
/// <param name="NodeCount">Number of <c>nodelist.node</c> sections.</param>
public sealed record CorosyncConfDocument(
    SortedDictionary<string, CmapValue> Keys,
    IReadOnlyList<ConfigurationProblem> Problems,
    int NodeCount);

/// <summary>
/// Reads <c>corosync.conf</c>: sections in braces, <c>key: value</c> lines (spec/corosync-conf.md section 1).
/// All problems are collected; nothing throws.
/// </summary>
public sealed class CorosyncConfParser
{
    private const int LineSizeMax = 510;
    private const int KeySizeMax = 255;
    private const int KeySizeMin = 3;

    private readonly string _file;
    private readonly SortedDictionary<string, CmapValue> _keys = new(StringComparer.Ordinal);
    private readonly List<ConfigurationProblem> _problems = [];
    private readonly Stack<Section> _open = new();
    private readonly Func<string, string, uint?> _resolveIdentity;
    private int _line;
    private int _nodeCount;
    private int _nextNode;
    private int _depthTooGreat;

    private CorosyncConfParser(string file, Func<string, string, uint?>? resolveIdentity)
    {
        _file = file;
        _resolveIdentity = resolveIdentity
            ?? ((_, name) => uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null);
    }

    /// <summary>Parses a file's bytes.</summary>
    /// <param name="file">Its path, for messages.</param>
    /// <param name="content">The bytes.</param>
    /// <param name="resolveIdentity">Number of a (<c>uid</c> or <c>gid</c>, name or number); <see langword="null"/> knows numbers
    /// only.</param>
    public static CorosyncConfDocument Parse(string file, ReadOnlySpan<byte> content, Func<string, string, uint?>? resolveIdentity = null)
    {
        var parser = new CorosyncConfParser(file, resolveIdentity);
        parser.Read(content);
        return new CorosyncConfDocument(parser._keys, parser._problems, parser._nodeCount);
    }

    private void Read(ReadOnlySpan<byte> content)
    {
        while (!content.IsEmpty)
        {
            _line++;
            var end = content.IndexOf((byte)'\n');
            var line = end < 0 ? content : content[..end];
            content = end < 0 ? default : content[(end + 1)..];
            if (line.Length > LineSizeMax)
            {
                Refuse("Line too long");
                continue;
            }

            if (line.Contains((byte)0))
            {
                Refuse("Line has a zero byte");
                continue;
            }

            ReadLine(Trim(line));
        }

        if (_open.Count > 0) Refuse($"Missing closing brace of section \"{_open.Peek().Path}\" opened in line {_open.Peek().Line}");
    }

    private void ReadLine(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty || line[0] == '#') return;
        var brace = line.IndexOf((byte)'{');
        if (brace >= 0)
        {
            OpenSection(Trim(line[..brace]), Trim(line[(brace + 1)..]));
            return;
        }

        var colon = line.IndexOf((byte)':');
        if (colon >= 0)
        {
            StoreKey(Text(Trim(line[..colon])), Text(Trim(line[(colon + 1)..])));
            return;
        }

        if (line.IndexOf((byte)'}') < 0)
        {
            Refuse("Line is not opening or closing section or key value");
        }
        else
        {
            // Closed all the same, so that one mistake is one finding.
            if (line.Length != 1) Refuse("Extra characters before or after closing bracket '}'");
            CloseSection();
        }
    }

    private void OpenSection(ReadOnlySpan<byte> name, ReadOnlySpan<byte> rest)
    {
        if (!rest.IsEmpty) Refuse("Extra characters after opening bracket '{'");
        if (name.IsEmpty) Refuse("Missing section name before opening bracket '{'");
        var parent = _open.Count > 0 ? _open.Peek().Path : string.Empty;
        var text = Text(name);
        if (parent is "uidgid" or "totem.interface.member") Refuse($"{parent}: no sections are allowed inside");
        var path = parent.Length == 0 ? text : $"{parent}.{text}";
        if (path.Length > KeySizeMax)
        {
            if (_depthTooGreat++ == 0) Refuse("New key name is too long");
            path = parent;
        }

        // Every list begins with node 0, as in the reference: what a second one says of a node takes the place of what the first one said.
        if (path == "nodelist") _nextNode = 0;
        _open.Push(new Section(path, _line, path == "nodelist.node" ? _nextNode++ : 0));
        _nodeCount = Math.Max(_nodeCount, _nextNode);
    }

    private void CloseSection()
    {
        if (_open.Count == 0)
        {
            Refuse("Unexpected closing brace");
            return;
        }

        var section = _open.Pop();
        switch (section.Path)
        {
            case "totem.interface":
                CloseInterface(section);
                break;
            case "logging.logger_subsys":
                if (section.Find("subsys") is not { } subsystem)
                {
                    Refuse("No subsys key in logger_subsys directive");
                    break;
                }

                section.StoreAll(this, $"logging.logger_subsys.{subsystem.Text}.");
                break;
            case "logging.logging_daemon":
                CloseLoggingDaemon(section);
                break;
            default:
                break;
        }
    }

    private void CloseInterface(Section section)
    {
        var link = section.Find("linknumber")?.Text ?? "0";
        foreach (var (key, value) in section.Pending)
        {
            if (key == "linknumber") continue;
            var path = CorosyncKeyTypes.Of($"totem.interface.{key}") != CmapValueType.Text || IsInterfaceText(key)
                ? $"totem.interface.{link}.{key}"
                : $"totem.interface.{key}";
            Store(path, value);
        }

        if (section.Find("linknumber") is { } number && !section.Pending.Exists(p => p.Key != "linknumber"))
        {
            Store($"totem.interface.{link}.linknumber", number);
        }
    }

    private static bool IsInterfaceText(string key) => key is "bindnetaddr" or "mcastaddr" or "broadcast" or "knet_transport";

    private void CloseLoggingDaemon(Section section)
    {
        if (section.Find("name") is not { } name)
        {
            Refuse("No name key in logging_daemon directive");
            return;
        }

        var subsystem = section.Find("subsys")?.Text;
        var prefix = (name.Text, subsystem) switch
        {
            ("corosync", null) => "logging.",
            ("corosync", _) => $"logging.logger_subsys.{subsystem}.",
            (_, null) => $"logging.logging_daemon.{name.Text}.",
            _ => $"logging.logging_daemon.{name.Text}.{subsystem}.",
        };
        section.StoreAll(this, prefix);
    }

    private void StoreKey(string key, string text)
    {
        var section = _open.Count > 0 ? _open.Peek() : null;
        var path = section is null ? key : $"{section.Path}.{key}";
        var type = CorosyncKeyTypes.Of(path);
        if (!CorosyncKeyTypes.IsInRange(type, text, out var range))
        {
            Refuse($"Value of key \"{Numbered(section, path)}\" is expected to be integer in range {range}, but \"{text}\" was given");
            return;
        }

        if (CheckWord(path, text) is { } problem) Refuse(problem);
        var value = new CmapValue(type, text, _line);
        switch (section?.Path)
        {
            case "totem.interface" or "logging.logger_subsys" or "logging.logging_daemon":
                section.Pending.Add(new(key, value));
                break;
            case "uidgid":
                StoreIdentity(key, text);
                break;
            case "nodelist.node":
                Store($"nodelist.node.{section.Number}.{key}", value);
                break;
            default:
                Store(path, value);
                break;
        }
    }

    private void StoreIdentity(string key, string text)
    {
        if (key is not ("uid" or "gid"))
        {
            Refuse("uidgid: Only uid and gid are allowed items");
        }
        else if (_resolveIdentity(key, text) is not { } id)
        {
            Refuse($"The '{text}' {(key == "uid" ? "user is not found in /etc/passwd" : "group is not found in /etc/group")}");
        }
        else
        {
            Store($"uidgid.config.{key}.{id}", new CmapValue(CmapValueType.UInt8, "1", _line));
        }
    }

    private void Store(string path, CmapValue value)
    {
        if (!IsLegalKey(path))
        {
            Refuse($"Can't store key \"{path}\": {KeySizeMin} to {KeySizeMax} characters of a-z A-Z 0-9 . _ - / : are allowed", value.Line);
            return;
        }

        _keys[path] = value;
    }

    private static bool IsLegalKey(string path)
    {
        if (path.Length is < KeySizeMin or > KeySizeMax) return false;
        foreach (var c in path)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-' or '/' or ':')) return false;
        }

        return true;
    }

    // Words the reference checks while reading, so that the message has a line.
    private static string? CheckWord(string path, string text) => path switch
    {
        "totem.crypto_cipher" when text is not ("none" or "aes256" or "aes192" or "aes128")
            => "Invalid cipher type. Should be none, aes256, aes192 or aes128",
        "totem.crypto_hash" when text is not ("none" or "md5" or "sha1" or "sha256" or "sha384" or "sha512")
            => "Invalid hash type. Should be none, md5, sha1, sha256, sha384 or sha512",
        "totem.crypto_model" when text is not ("nss" or "openssl") => "Invalid crypto model. Should be nss or openssl",
        "totem.ip_version" when text is not ("ipv4" or "ipv6" or "ipv4-6" or "ipv6-4")
            => "Invalid ip_version type. Should be ipv4, ipv6, ipv4-6 or ipv6-4",
        "totem.knet_compression_model" when text is not ("none" or "zlib" or "lz4" or "lz4hc" or "lzo2" or "lzma" or "bzip2" or "zstd")
            => "Invalid compression model. Should be none, zlib, lz4, lz4hc, lzo2, lzma, bzip2 or zstd",
        "system.sched_rr" when text is not ("yes" or "no") => "Invalid system.sched_rr value. Should be yes or no",
        "system.move_to_root_cgroup" when text is not ("yes" or "no" or "auto")
            => "Invalid system.move_to_root_cgroup. Should be yes, no or auto",
        "system.allow_knet_handle_fallback" when text is not ("yes" or "no")
            => "Invalid system.allow_knet_handle_fallback. Should be yes or no",
        "system.qb_ipc_type" when text is not ("native" or "shm" or "socket")
            => "Invalid system.qb_ipc_type. Should be native, shm or socket",
        _ => null,
    };

    private static string Numbered(Section? section, string path) =>
        section?.Path == "nodelist.node" ? $"nodelist.node.{section.Number}{path[section.Path.Length..]}" : path;

    private void Refuse(string message, int line = 0) =>
        _problems.Add(new(ProblemSeverity.Error, _file, line > 0 ? line : _line, message, ConfigurationProblem.FileExitStatus));

    // Space, tab, carriage return and the byte 0xA0 (a no-break space pasted from a web page).
    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> bytes) => bytes.Trim((ReadOnlySpan<byte>)[0x20, 0x09, 0x0d, 0xa0]);

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    /// <summary>A section that is open.</summary>
    private sealed class Section(string path, int line, int number)
    {
        public string Path { get; } = path;

        public int Line { get; } = line;

        public int Number { get; } = number;

        /// <summary>Keys whose final path depends on another key of the same section.</summary>
        public List<KeyValuePair<string, CmapValue>> Pending { get; } = [];

        public CmapValue? Find(string key)
        {
            CmapValue? found = null;
            foreach (var pair in Pending)
            {
                if (pair.Key == key) found = pair.Value;
            }

            return found;
        }

        public void StoreAll(CorosyncConfParser parser, string prefix)
        {
            foreach (var (key, value) in Pending) parser.Store(prefix + key, value);
        }
    }
}
