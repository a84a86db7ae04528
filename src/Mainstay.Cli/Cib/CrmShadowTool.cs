using System.Diagnostics;
using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Cli.CibTools;

/// <summary>
/// <c>crm_shadow</c>: private copies of the configuration in which tools work while <c>CIB_shadow</c> names one (spec/cli-crm.md
/// section 8).
/// </summary>
internal sealed class CrmShadowTool : NativeTool
{
    private const int CannotCreate = 73;
    private const int NotConfigured = 6;

    private static readonly string[] s_commands =
    [
        "which", "display", "edit", "diff", "file", "create", "create-empty", "commit", "delete", "reset", "switch",
    ];

    /// <inheritdoc/>
    protected override string Name => "crm_shadow";

    /// <inheritdoc/>
    protected override string Summary => "Work on a private copy of the configuration (a shadow) instead of the running cluster";

    /// <inheritdoc/>
    protected override IReadOnlyList<NativeOption> Options { get; } =
    [
        new('w', "which", null, "Show the name of the active shadow"),
        new('p', "display", null, "Show the content of the active shadow"),
        new('E', "edit", null, "Edit the active shadow with $EDITOR"),
        new('d', "diff", null, "Show what the active shadow changes"),
        new('F', "file", null, "Show the file of the active shadow"),
        new('c', "create", "NAME", "Create a shadow of the cluster's configuration"),
        new('e', "create-empty", "NAME", "Create a shadow with an empty configuration"),
        new('C', "commit", "NAME", "Put the configuration of a shadow into force"),
        new('D', "delete", "NAME", "Delete a shadow"),
        new('r', "reset", "NAME", "Make a shadow a copy of the cluster's configuration again"),
        new('s', "switch", "NAME", "Switch to a shadow"),
        new('f', "force", null, "Do what is dangerous"),
        new('b', "batch", null, "Start no shell"),
        new('a', "all", null, "With --commit, upload everything, the status too"),
        new('v', "validate-with", "SCHEMA", "With --create-empty, the schema of the configuration"),
    ];

    /// <inheritdoc/>
    protected override int Run(ToolContext context, NativeOptions options, NativeOutput output)
    {
        string? command = Array.Find(s_commands, options.Has);
        if (command is null) return output.Usage("A query or command option is required");
        var run = new ShadowRun(context, options, output);
        return command switch
        {
            "create" or "create-empty" or "commit" or "delete" or "reset" or "switch" => run.Change(command, options[command]!),
            _ => run.Query(command),
        };
    }

    /// <summary>One run of the tool.</summary>
    private sealed class ShadowRun(ToolContext context, NativeOptions options, NativeOutput output)
    {
        private readonly string _folder =
            context.Environment("CIB_shadow_dir") is { Length: > 0 } named ? named : "/var/lib/pacemaker/cib";

        private string? Active => context.Environment("CIB_shadow") is { Length: > 0 } name ? name : null;

        private bool IsForced => options.Has("force");

        public int Query(string command)
        {
            if (Active is not { } active) return output.Fail(NativeExit.NoSuchObject, "No active shadow configuration defined");
            if (!IsName(active)) return BadName(active);
            string file = FileOf(active);
            switch (command)
            {
                case "which":
                    return Show(active, new XElement("shadow", new XAttribute("instance", active)));
                case "file":
                    return Show(file, new XElement("shadow", new XAttribute("instance", active), new XAttribute("file", file)));
                case "edit":
                    return Edit(file);
            }

            if (!TryLoad(active, out var shadow, out int code)) return code;
            return command == "display" ? Display(active, shadow) : Diff(active, shadow);
        }

        public int Change(string command, string name)
        {
            if (!IsName(name)) return BadName(name);
            if (command is "commit" or "delete" && !IsForced)
            {
                return output.Fail(
                    NativeExit.Usage,
                    "The supplied command is considered dangerous.  To prevent accidental destruction of the cluster, "
                    + "the --force flag is required in order to proceed.");
            }

            if (command != "switch" && Active is { } active && active != name && !IsForced)
            {
                return output.Fail(
                    NativeExit.Usage,
                    $"The supplied shadow instance ({name}) is not the same as the active one ({active}).\n"
                    + "  To prevent accidental destruction of the cluster, the --force flag is required in order to proceed.");
            }

            return command switch
            {
                "create" or "create-empty" => Create(name, isEmpty: command == "create-empty"),
                "commit" => Commit(name),
                "delete" => Delete(name),
                "reset" => Reset(name),
                _ => Switch(name),
            };
        }

        private int Create(string name, bool isEmpty)
        {
            if (File.Exists(FileOf(name)) && !IsForced)
            {
                return output.Fail(
                    CannotCreate,
                    $"A shadow instance '{name}' already exists.\n"
                    + "  To prevent accidental destruction of the cluster, the --force flag is required in order to proceed.");
            }

            CibDocument document;
            if (isEmpty)
            {
                document = CibDocument.CreateEmpty();
                if (options["validate-with"] is { } schema)
                {
                    if (CibSchema.Find(schema) is null) return output.Usage($"there is no schema '{schema}'");
                    document.Root.SetAttributeValue("validate-with", schema);
                }
            }
            else if (!TryLoadCluster(out document, out int code))
            {
                return code;
            }

            if (Save(name, document) is { } problem) return output.Fail(CannotCreate, problem);
            if (isEmpty) output.Line($"Created new {document.SchemaName} configuration");
            return Enter(name, "A new shadow instance was created.  To begin using it paste the following into your shell:");
        }

        private int Reset(string name)
        {
            if (!File.Exists(FileOf(name))) return Missing(name);
            if (!TryLoadCluster(out var document, out int code)) return code;
            if (Save(name, document) is { } problem) return output.Fail(CannotCreate, problem);
            return Enter(name, "A new shadow instance was created.  To begin using it paste the following into your shell:");
        }

        private int Commit(string name)
        {
            if (!TryLoad(name, out var shadow, out int code) || !TryLoadCluster(out var cluster, out code)) return code;
            bool isWhole = options.Has("all");
            if (!isWhole && shadow.Configuration is null) return output.Fail(NativeExit.Data,
                $"Shadow instance '{name}' has no configuration");
            var request = new CibRequest(CibOperationKind.Replace)
            {
                Scope = isWhole ? null : "configuration",
                Input = isWhole ? shadow.Root : shadow.Configuration,
                Force = true,
            };
            var result = Cluster().Apply(cluster, request, context.Environment("CIB_user"));
            return result.IsOk
                ? Leave()
                : output.Fail((int)result.Code, $"Could not commit shadow instance '{name}' to the CIB: {result.Message}");
        }

        private int Delete(string name)
        {
            try
            {
                File.Delete(FileOf(name));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return output.Fail(NativeExit.Io, $"Could not remove shadow instance '{name}': {error.Message}");
            }

            return Leave();
        }

        private int Switch(string name) => File.Exists(FileOf(name))
            ? Enter(name, "To switch to the named shadow instance, paste the following into your shell:")
            : Missing(name);

        private int Enter(string name, string hint)
        {
            output.Line("Setting up shadow instance");
            string instruction = $"  CIB_shadow={name} ; export CIB_shadow";
            string? shell = context.Environment("SHELL");
            if (options.Has("batch") || !context.Terminal.IsInteractive || string.IsNullOrEmpty(shell) || output.IsXml)
            {
                output.Line(hint);
                output.Line(instruction);
                output.Element(new XElement("instruction", $"{hint} {instruction.Trim()}"));
                return output.Finish(NativeExit.Ok);
            }

            output.Line("Type Ctrl-D to exit the crm_shadow shell");
            int code = output.Finish(NativeExit.Ok);
            return code == NativeExit.Ok ? Start(shell, [], ("CIB_shadow", name)) : code;
        }

        private int Leave()
        {
            if (Active is not null)
            {
                output.Line("Please remember to unset the CIB_shadow variable by pasting the following into your shell:");
                output.Line("  unset CIB_shadow");
                output.Element(new XElement("instruction", "unset CIB_shadow"));
            }

            return output.Finish(NativeExit.Ok);
        }

        private int Edit(string file)
        {
            if (context.Environment("EDITOR") is not { Length: > 0 } editor)
            {
                return output.Fail(NotConfigured, "No value for EDITOR defined");
            }

            int code = Start(editor, [file], ("CIB_shadow", Active!)); // edit is asked for with an active shadow only
            if (code != NativeExit.Ok) return code;
            var loaded = CibLoad.OfFile(file);
            return loaded.Document is null ? output.Fail(NativeExit.Data, $"crm_shadow: {loaded.Message}") : output.Finish(NativeExit.Ok);
        }

        private int Start(string program, string[] arguments, (string Name, string Value) variable)
        {
            try
            {
                var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false };
                start.Environment[variable.Name] = variable.Value;
                using var process = Process.Start(start);
                process?.WaitForExit();
                return process?.ExitCode ?? NativeExit.Error;
            }
            catch (System.ComponentModel.Win32Exception error)
            {
                return output.Fail(NativeExit.Error, $"crm_shadow: Could not start {program}: {error.Message}");
            }
        }

        private int Show(string text, XElement element)
        {
            output.Line(text);
            output.Element(element);
            return output.Finish(NativeExit.Ok);
        }

        private int Display(string name, CibDocument shadow)
        {
            string text = shadow.ToXml();
            output.Text(text);
            output.Element(new XElement(
                "shadow", new XAttribute("instance", name), new XElement("content", new XCData(text))));
            return output.Finish(NativeExit.Ok);
        }

        private int Diff(string name, CibDocument shadow)
        {
            if (!TryLoadCluster(out var cluster, out int code)) return code;
            if (CibPatchset.Create(cluster.Root, shadow.Root, new CibPatchsetOptions { WithVersion = true }) is not { } patch)
            {
                return output.Finish(NativeExit.Ok);
            }

            string text = CibWriter.Print(patch);
            output.Text(text);
            output.Element(new XElement(
                "shadow", new XAttribute("instance", name), new XElement("xml-patchset", new XCData(text))));
            return output.Finish(NativeExit.Error);
        }

        private bool TryLoad(string name, out CibDocument document, out int code)
        {
            document = CibDocument.CreateEmpty();
            if (!File.Exists(FileOf(name)))
            {
                code = Missing(name);
                return false;
            }

            return Take(CibLoad.OfFile(FileOf(name)), ref document, out code);
        }

        private bool TryLoadCluster(out CibDocument document, out int code)
        {
            document = CibDocument.CreateEmpty();
            return Take(Cluster().Load(), ref document, out code);
        }

        private bool Take(CibLoad loaded, ref CibDocument document, out int code)
        {
            code = loaded.Document is null ? output.Fail(loaded.Code, $"crm_shadow: {loaded.Message}") : NativeExit.Ok;
            document = loaded.Document ?? document;
            return loaded.Document is not null;
        }

        /// <summary>What a shadow is a copy of: the file or cluster that tools use without one.</summary>
        private CibSource Cluster() => CibSource.Of(context, ignoreShadow: true);

        private string FileOf(string name) => Path.Combine(_folder, $"shadow.{name}");

        private string? Save(string name, CibDocument document)
        {
            try
            {
                Directory.CreateDirectory(_folder);
                File.WriteAllText(FileOf(name), document.ToXml());
                return null;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return $"Could not create shadow instance '{name}': {error.Message}";
            }
        }

        private int Missing(string name) => output.Fail(
            NativeExit.NoSuchObject, $"Could not access shadow instance '{name}': No such file or directory");

        private int BadName(string name) => output.Usage($"'{name}' is no name for a shadow: it becomes part of a file name, so no '/'");

        private static bool IsName(string name) => name.Length > 0 && !name.Contains('/', StringComparison.Ordinal);
    }
}
