using System.Xml.Linq;

namespace Mainstay.Cib.Tests;

/// <summary>Versions and results as seen with the reference's cibadmin on the same document.</summary>
public sealed class OperationTests
{
    private const string Dummy = "class=\"ocf\" provider=\"pacemaker\" type=\"Dummy\"";

    [Theory]
    [InlineData(CibOperationKind.Create, "resources", $"<primitive id=\"C\" {Dummy}/>", "1.8.0")]
    [InlineData(CibOperationKind.Create, "resources", $"<resources><primitive id=\"C\" {Dummy}/><primitive id=\"D\" {Dummy}/></resources>",
        "1.8.0")]
    [InlineData(CibOperationKind.Create, null,
        $"<cib><configuration><resources><primitive id=\"C\" {Dummy}/></resources></configuration></cib>", "1.8.0")]
    [InlineData(CibOperationKind.Create, "status", "<node_state id=\"2\" uname=\"n2\"/>", "1.7.4")]
    [InlineData(CibOperationKind.Modify, "tags", "<tags><tag id=\"q\"><obj_ref id=\"A\"/></tag></tags>", "1.8.0")]
    [InlineData(CibOperationKind.Create, null, "<node id=\"1\" uname=\"zz\"/>", "1.8.0")]
    [InlineData(CibOperationKind.Modify, null, "<primitive id=\"A\"><!-- hey --></primitive>", "1.8.0")]
    [InlineData(CibOperationKind.Delete, "resources", "<resources><primitive id=\"A\"/><primitive id=\"ZZ\"/></resources>", "1.8.0")]
    [InlineData(CibOperationKind.Modify, "resources", "<primitive id=\"B\" description=\"d\"/>", "1.8.0")]
    [InlineData(CibOperationKind.Modify, null, "<nvpair id=\"Bm1\" value=\"2\"/>", "1.8.0")]
    [InlineData(CibOperationKind.Modify, null, "<nvpair id=\"Bm1\" value=\"1\"/>", "1.7.3")]
    [InlineData(CibOperationKind.Modify, null, "<cib epoch=\"200\"/>", "1.200.4")]
    [InlineData(CibOperationKind.Modify, null, "<cib admin_epoch=\"admin_epoch++\"/>", "2.7.4")]
    [InlineData(CibOperationKind.Modify, "status", "<node_state id=\"1\" crmd=\"online\"/>", "1.7.4")]
    [InlineData(CibOperationKind.Delete, null, "<primitive id=\"A\"/>", "1.8.0")]
    [InlineData(CibOperationKind.Delete, null, "<primitive id=\"ZZ\"/>", "1.7.3")]
    [InlineData(CibOperationKind.Delete, "resources", "<primitive id=\"A\" class=\"lsb\"/>", "1.7.3")]
    [InlineData(CibOperationKind.Delete, null, "<cib/>", "1.7.3")]
    [InlineData(CibOperationKind.Replace, "resources", "<resources/>", "1.8.0")]
    [InlineData(CibOperationKind.Replace, "resources", "<primitive id=\"A\" class=\"ocf\" provider=\"pacemaker\" type=\"Stateful\"/>",
        "1.8.0")]
    [InlineData(CibOperationKind.Replace, "status", "<status/>", "1.7.4")]
    public void Successful_operations_step_the_version(CibOperationKind kind, string? scope, string input, string version)
    {
        var before = Samples.Document();
        var result = CibOperations.Apply(before, new CibRequest(kind) { Scope = scope, Input = Samples.Element(input) });
        Assert.True(result.IsOk, result.Message);
        Assert.Equal(version, result.Document.Version.ToString());
        Assert.Equal(version != "1.7.3", result.IsChanged);
        Assert.Equal("1.7.3", before.Version.ToString());
    }

    [Theory]
    [InlineData(CibOperationKind.Create, "resources", $"<primitive id=\"A\" {Dummy}/>", CibCode.Exists)]
    [InlineData(CibOperationKind.Create, null, $"<primitive id=\"C\" {Dummy}/>", CibCode.NotFound)]
    [InlineData(CibOperationKind.Create, "tags", "<tag id=\"q\"><obj_ref id=\"A\"/></tag>", CibCode.Software)]
    [InlineData(CibOperationKind.Modify, "resources", $"<primitive {Dummy}/>", CibCode.NotFound)]
    [InlineData(CibOperationKind.Delete, "resources", "<cib num_updates=\"9\"/>", CibCode.Software)]
    [InlineData(CibOperationKind.Replace, "tags", "<tags/>", CibCode.NotFound)]
    [InlineData(CibOperationKind.Create, "nowhere", $"<primitive id=\"C\" {Dummy}/>", CibCode.Software)]
    [InlineData(CibOperationKind.Create, "resources", "<primitive id=\"C\" class=\"ocf\"/>", CibCode.Schema)]
    [InlineData(CibOperationKind.Modify, null, "<nvpair id=\"zz\" value=\"2\"/>", CibCode.NotFound)]
    [InlineData(CibOperationKind.Modify, null, "<cib epoch=\"2\"/>", CibCode.Old)]
    [InlineData(CibOperationKind.Modify, "resources", "<primitive id=\"B\" junk=\"d\"/>", CibCode.Schema)]
    [InlineData(CibOperationKind.Erase, null, null, CibCode.Unsafe)]
    [InlineData(CibOperationKind.Upgrade, null, null, CibCode.Unsafe)]
    [InlineData(CibOperationKind.Replace, null, null, CibCode.BadXml)]
    public void Failed_operations_leave_the_document_alone(CibOperationKind kind, string? scope, string? input, CibCode code)
    {
        var before = Samples.Document();
        var result = CibOperations.Apply(
            before, new CibRequest(kind) { Scope = scope, Input = input is null ? null : Samples.Element(input) });
        Assert.Equal(code, result.Code);
        Assert.Same(before, result.Document);
        Assert.False(string.IsNullOrEmpty(result.Message));
        Assert.True(before.ContentEquals(Samples.Document()));
    }

    [Theory]
    [InlineData("value++", "6")]
    [InlineData("value+=3", "8")]
    [InlineData("value+=INFINITY", "INFINITY")]
    [InlineData("value-ish", "value-ish")]
    public void Values_can_be_stepped(string value, string expected)
    {
        var result = CibOperations.Apply(
            Samples.Document(), new CibRequest(
                CibOperationKind.Modify)
            { Input = Samples.Element($"<nvpair id=\"o2\" value=\"{value}\"/>") });
        Assert.Equal(expected, new IdIndex(result.Document.Root).Find("o2")?.Value("value"));
    }

    [Fact]
    public void A_whole_replacement_counts_from_its_own_version_and_may_not_be_older()
    {
        var before = Samples.Document();
        CibResult Replace(string from, string to) => CibOperations.Apply(
            before, new CibRequest(
                CibOperationKind.Replace)
            { Input = Samples.Document(Samples.Base.Replace(from, to, StringComparison.Ordinal)).Root });
        Assert.Equal("1.9.4", Replace(" epoch=\"7\"", " epoch=\"9\"").Document.Version.ToString());
        Assert.Equal("1.8.0", Replace("\"ignore\"", "\"stop\"").Document.Version.ToString());
        Assert.Equal("1.7.4", Replace("\"ignore\"", "\"ignore\"").Document.Version.ToString());
        Assert.Equal(CibCode.Old, Replace(" epoch=\"7\"", " epoch=\"5\"").Code);
    }

    [Fact]
    public void Bump_erase_and_upgrade_step_as_documented()
    {
        Assert.Equal("1.8.4", CibOperations.Apply(Samples.Document(), new CibRequest(CibOperationKind.Bump)).Document.Version.ToString());
        var erased = CibOperations.Apply(Samples.Document(), new CibRequest(CibOperationKind.Erase) { Force = true }).Document;
        Assert.Equal("2.8.0", erased.Version.ToString());
        Assert.Empty(erased.Configuration!.Elements().Elements());
        var upgraded = CibOperations.Apply(Samples.Document(), new CibRequest(CibOperationKind.Upgrade) { Force = true }).Document;
        Assert.Equal("2.1.2", upgraded.Version.ToString());
        Assert.Equal(CibSchema.Newest.Name, upgraded.SchemaName);
    }

    [Fact]
    public void Deleting_by_XPath_takes_the_first_or_with_force_all()
    {
        var one = CibOperations.Apply(Samples.Document(), new CibRequest(CibOperationKind.Delete) { XPath = "//nvpair" }).Document;
        Assert.Equal(2, one.Root.Descendants("nvpair").Count());
        var request = new CibRequest(CibOperationKind.Delete) { XPath = "//nvpair", DeleteAll = true };
        Assert.Equal(CibCode.Unsafe, CibOperations.Apply(Samples.Document(), request).Code);
        Assert.Empty(CibOperations.Apply(Samples.Document(), request with { Force = true }).Document.Root.Descendants("nvpair"));
        Assert.Equal(CibCode.Software, CibOperations.Apply(Samples.Document(), request with { XPath = "//[", Force = true }).Code);
    }

    [Fact]
    public void Replacing_by_XPath_moves_the_element_to_the_end()
    {
        var result = CibOperations.Apply(Samples.Document(), new CibRequest(CibOperationKind.Replace)
        {
            XPath = "//primitive[@id='A']",
            Input = Samples.Element("<primitive id=\"A\" class=\"ocf\" provider=\"pacemaker\" type=\"Stateful\"/>"),
        });
        Assert.Equal(["B", "A"], result.Document.Section("resources")!.Elements("primitive").Select(primitive => primitive.Id()!));
    }

    [Fact]
    public void A_transaction_is_all_or_nothing_and_one_version()
    {
        CibRequest[] good =
        [
            new(CibOperationKind.Create) { Scope = "resources", Input = Samples.Element($"<primitive id=\"C\" {Dummy}/>") },
            new(CibOperationKind.Delete) { Input = Samples.Element("<primitive id=\"A\"/>") },
        ];
        Assert.Equal("1.8.0", CibOperations.ApplyAll(Samples.Document(), good).Document.Version.ToString());
        var failed = CibOperations.ApplyAll(
            Samples.Document(), [.. good, new(CibOperationKind.Modify) { Input = Samples.Element("<nvpair id=\"zz\"/>") }]);
        Assert.Equal(CibCode.NotFound, failed.Code);
        Assert.Equal("1.7.3", failed.Document.Version.ToString());
    }

    [Fact]
    public void Configuration_changes_carry_the_stamp_and_status_changes_do_not()
    {
        var stamp = new CibStamp("Sun Nov 22 14:00:00 2026", "n1", "cibadmin", "root");
        var changed = CibOperations.Apply(
            Samples.Document(), new CibRequest(CibOperationKind.Delete) { Input = Samples.Element("<primitive id=\"A\"/>") },
            stamp).Document;
        Assert.Equal("cibadmin", changed.Root.Value("update-client"));
        var status = CibOperations.Apply(
            Samples.Document(), new CibRequest(CibOperationKind.Modify) { Input = Samples.Element("<node_state id=\"1\" x=\"y\"/>") },
            stamp).Document;
        Assert.Null(status.Root.Value("update-client"));
    }

    [Fact]
    public void Queries_answer_with_the_element_or_wrap_several()
    {
        var document = Samples.Document();
        Assert.Equal("A", CibQuery.XPath(document, "//primitive[@id='A']").Element!.Id());
        var several = CibQuery.XPath(document, "//primitive", noChildren: true);
        Assert.Equal("xpath-query", several.Element!.Name.LocalName);
        Assert.Equal("/cib/configuration/resources/primitive[@id='B']", several.Paths[1]);
        Assert.Empty(several.Element.Elements().Elements());
        Assert.Equal("<xpath-query value=\"1\"/>",
            CibWriter.Print(CibQuery.XPath(document, "//nvpair[@id='Bm1']/@value").Element!, CibPrintStyle.Compact));
        Assert.Equal(CibCode.NotFound, CibQuery.XPath(document, "//nothing").Code);
        Assert.Equal(CibCode.Software, CibQuery.XPath(document, "//[").Code);
        Assert.Equal(CibCode.NotFound, CibQuery.Section(document, "tags").Code);
    }
}
