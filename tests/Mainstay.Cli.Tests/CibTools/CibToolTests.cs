using Mainstay.Cib;
using Mainstay.Cli.CibTools;

namespace Mainstay.Cli.Tests.CibTools;

public sealed class CibToolTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mainstay-cli-");

    private string File => Path.Combine(_folder.FullName, "cib.xml");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Options_are_read_in_all_their_forms()
    {
        NativeOption[] known = [new('a', "all", null, ""), new('f', "file", "F", ""), new('V', "verbose", null, "")];
        var options = NativeOptions.Parse(known, ["-aVfone", "-f", "two", "--file=three", "--file", "four", "rest", "--", "-x"]);
        Assert.Null(options.Error);
        Assert.Equal(["one", "two", "three", "four"], options.All("file"));
        Assert.True(options.Has("all") && options.Has("verbose"));
        Assert.Equal(["rest", "-x"], options.Rest);
        Assert.Equal("Unknown option -z", NativeOptions.Parse(known, ["-z"]).Error);
        Assert.Equal("Unknown option --zed", NativeOptions.Parse(known, ["--zed=1"]).Error);
        Assert.Equal("Missing argument for -f", NativeOptions.Parse(known, ["-f"]).Error);
        Assert.Equal("Option --all takes no value", NativeOptions.Parse(known, ["--all=1"]).Error);
    }

    [Fact]
    public void A_file_is_edited_in_place_and_stays_whole_when_the_change_is_refused()
    {
        System.IO.File.WriteAllText(File, CibDocument.CreateEmpty().ToXml());
        Assert.Equal(0, Run(out _, "-C", "-o", "resources", "-X", "<primitive id='a' class='lsb' type='x'/>"));
        Assert.Equal(78, Run(out _, "-C", "-o", "resources", "-X", "<primitive id='b'/>"));
        Assert.Equal(65, Run(out _, "-C", "-o", "resources", "-X", "<primitive"));
        Assert.Equal(64, Run(out _, "-C", "-o", "resources"));
        Assert.Equal(0, Run(out var answer, "-Q", "-A", "//primitive"));
        Assert.Equal("<primitive id=\"a\" class=\"lsb\" type=\"x\"/>\n", answer);
        Assert.Equal(0, Run(out answer, "-Q", "-e", "--xpath", "//primitive"));
        Assert.Equal("/cib/configuration/resources/primitive[@id='a']\n", answer);
        Assert.Single(_folder.GetFiles());
    }

    [Fact]
    public void Digests_are_those_of_the_reference()
    {
        System.IO.File.WriteAllText(File, "<cib/>");
        Assert.Equal(0, Run(out var answer, "-5", "-X", "<parameters foo=\"bar\" passwd=\"sekret\" rel=\"r1\"/>"));
        Assert.Equal("b8d7fe355db1be796a6097aeab60c344\n", answer);
    }

    [Fact]
    public void A_file_that_is_missing_or_broken_is_named()
    {
        Assert.Equal(66, Run(out _, "-Q"));
        System.IO.File.WriteAllText(File, "<cib>");
        Assert.Equal(65, Run(out _, "-Q"));
    }

    [Fact]
    public void Help_and_version_are_answered()
    {
        Assert.Equal(0, Run(out var help, "--help"));
        Assert.Contains("--xml-text=XML", help, StringComparison.Ordinal);
        Assert.Equal(0, Run(out var version, "--version"));
        Assert.StartsWith("Mainstay ", version, StringComparison.Ordinal);
        Assert.Equal(64, Run(out _, "--what"));
    }

    private int Run(out string answer, params string[] args)
    {
        using var stdout = new StringWriter();
        using var stderr = new StringWriter();
        using var stdin = new StringReader(string.Empty);
        var context = new ToolContext(
            "cibadmin", stdout, stderr, stdin, name => name == "CIB_file" ? File : null, TerminalFacts.OfProcess(_ => null));
        var code = new CibAdminTool().Run(context, args);
        answer = stdout.ToString();
        return code;
    }
}
