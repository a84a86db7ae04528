using Mainstay.Cib;
using Mainstay.Manager.Core.Tests.Harness;

namespace Mainstay.Manager.Core.Tests;

/// <summary>Acknowledged means durable (testing.md CIB-1 to CIB-3).</summary>
public sealed class ConfigurationTests
{
    private static SimCluster Start(int nodes, int seed = 1)
    {
        var cluster = new SimCluster(nodes, Configurations.Standard(nodes), seed);
        cluster.StartAll();
        cluster.RunUntilIdle();
        return cluster;
    }

    private static CibChange Token(string name, string? ifVersion = null) => new()
    {
        Operation = "modify",
        Scope = "crm_config",
        AllowCreate = true,
        IfVersion = ifVersion,
        Client = "test",
        Xml = $"<cluster_property_set id=\"tokens\"><nvpair id=\"token-{name}\" name=\"token-{name}\" value=\"{name}\"/></cluster_property_set>",
    };

    private static long Write(SimNode node, string name, string? ifVersion = null) =>
        node.Request(id => new ChangeCib(id, Token(name, ifVersion), IsDryRun: false));

    private static bool Has(string? xml, string token) => xml?.Contains($"\"token-{token}\"", StringComparison.Ordinal) == true;

    private static bool Shows(SimNode node, string token) => Has(node.Core.GetCib().ToXml(), token);

    [Fact]
    public void A_write_is_acknowledged_when_a_majority_of_disks_has_it_and_not_before()
    {
        var cluster = Start(5);
        foreach (var id in (int[])[3, 4, 5]) cluster[id].DiskDelayMs = 5000;
        var request = Write(cluster[1], "a");
        cluster.RunFor(20);
        Assert.True(Has(cluster[1].Disk?.Xml, "a"));
        Assert.False(cluster[1].Answers.ContainsKey(request));
        Assert.False(Shows(cluster[1], "a"));
        cluster.RunUntil(() => cluster[1].Answers.ContainsKey(request), "the write is acknowledged", 10_000);
        Assert.IsType<CibChanged>(cluster[1].Answers[request]);
        Assert.True(cluster.Nodes.Count(node => Has(node.Disk?.Xml, "a")) >= 3);
    }

    [Fact]
    public void After_a_power_loss_in_the_middle_of_a_write_the_survivors_do_not_know_what_was_never_acknowledged()
    {
        // CIB-3: five nodes, {1,2,3} writes, only 1 and 2 have synced, power loss everywhere, {3,4,5} starts.
        var cluster = Start(5);
        cluster.Ring.Reconfigure(node => node.Id <= 3 ? 0 : 1);
        cluster.RunFor(60);
        cluster.RunUntil(() => cluster[1].Core.State?.Data.Durability.IsActive == true, "the partition may write");
        cluster[3].DiskDelayMs = 60_000;
        var request = Write(cluster[1], "lost");
        cluster.RunUntil(() => Has(cluster[1].Disk?.Xml, "lost") && Has(cluster[2].Disk?.Xml, "lost"), "1 and 2 have it on disk");
        cluster.RunFor(20);
        Assert.False(cluster[1].Answers.ContainsKey(request));
        foreach (var node in cluster.Nodes) node.PowerOff();
        cluster[3].DiskDelayMs = 3;
        foreach (var node in cluster.Nodes) node.Component = 0;
        foreach (var id in (int[])[3, 4, 5]) cluster[id].PowerOn();
        cluster.RunUntil(() => cluster[3].Core.State?.Data.Durability.IsActive == true, "the rest has quorum");
        var second = Write(cluster[4], "kept");
        cluster.RunUntil(() => cluster[4].Answers.ContainsKey(second), "the second write is acknowledged");
        cluster[1].PowerOn();
        cluster[2].PowerOn();
        cluster.RunUntilIdle();
        Assert.All(cluster.Nodes, node => Assert.True(Shows(node, "kept")));
        Assert.All(cluster.Nodes, node => Assert.False(Shows(node, "lost")));
    }

    [Fact]
    public void Every_quorate_set_of_disks_holds_an_acknowledged_write()
    {
        for (var first = 1; first <= 5; first++)
        {
            for (var second = first + 1; second <= 5; second++)
            {
                for (var third = second + 1; third <= 5; third++)
                {
                    var cluster = Start(5, seed: (first * 25) + (second * 5) + third);
                    var request = Write(cluster[1], "acknowledged");
                    cluster.RunUntil(() => cluster[1].Answers.ContainsKey(request), "the write is acknowledged");
                    foreach (var node in cluster.Nodes) node.PowerOff();
                    foreach (var id in (int[])[first, second, third]) cluster[id].PowerOn();
                    var any = cluster[first];
                    cluster.RunUntil(() => any.IsRunning && any.Core.Mode == ReplicaMode.Member && any.Core.GetStatus().IsQuorate, "quorum");
                    Assert.True(Shows(any, "acknowledged"));
                }
            }
        }
    }

    [Fact]
    public void A_partition_without_quorum_refuses_writes()
    {
        var cluster = Start(3);
        cluster.Ring.Reconfigure(node => node.Id == 3 ? 1 : 0);
        cluster.RunFor(10);
        var request = Write(cluster[3], "minority");
        cluster.RunUntil(() => cluster[3].Answers.ContainsKey(request), "an answer");
        Assert.Equal(AnswerCodes.NoQuorum, Assert.IsType<Refused>(cluster[3].Answers[request]).Code);
        var majority = Write(cluster[1], "majority");
        cluster.RunUntil(() => cluster[1].Answers.ContainsKey(majority), "an answer");
        Assert.IsType<CibChanged>(cluster[1].Answers[majority]);
        Assert.DoesNotContain(cluster.Nodes, node => Has(node.Disk?.Xml, "minority"));
    }

    [Fact]
    public void A_full_disk_on_one_of_three_is_reported_and_does_not_stop_writes()
    {
        var cluster = Start(3);
        cluster[2].IsDiskFull = true;
        var request = Write(cluster[2], "one");
        cluster.RunUntil(() => cluster[2].Answers.ContainsKey(request), "an answer");
        Assert.IsType<CibChanged>(cluster[2].Answers[request]);
        cluster.RunFor(100);
        Assert.NotNull(cluster[2].Core.GetStatus().StorageError);
        cluster[2].IsDiskFull = false;
        cluster.RunFor(10_000);
        Assert.Null(cluster[2].Core.GetStatus().StorageError);
        Assert.True(Has(cluster[2].Disk?.Xml, "one"));
    }

    [Fact]
    public void Full_disks_on_two_of_three_refuse_the_write_and_the_cluster_runs_on()
    {
        var cluster = Start(3);
        cluster[1].IsDiskFull = true;
        cluster[2].IsDiskFull = true;
        var request = Write(cluster[3], "refused");
        cluster.RunUntil(() => cluster[3].Answers.ContainsKey(request), "an answer");
        Assert.Equal(AnswerCodes.InputOutput, Assert.IsType<Refused>(cluster[3].Answers[request]).Code);
        Assert.DoesNotContain(cluster.Nodes, node => Shows(node, "refused"));
        Assert.Single(cluster.Where("web"));
        var node = cluster.Nodes.Single(node => node.Agents.IsActive("db"));
        node.Agents.Crash("db");
        cluster.RunUntil(() => cluster.Where("db").Count == 0, "db is down");
        cluster.RunUntil(() => cluster.Where("db").Count == 1, "db runs again");
        cluster[1].IsDiskFull = false;
        cluster[2].IsDiskFull = false;
        cluster.RunFor(10_000);
        var later = Write(cluster[3], "later");
        cluster.RunUntil(() => cluster[3].Answers.ContainsKey(later), "an answer");
        Assert.IsType<CibChanged>(cluster[3].Answers[later]);
        Assert.DoesNotContain(cluster.Nodes, node => Shows(node, "refused"));
    }

    [Fact]
    public void A_write_on_an_old_version_is_refused_and_one_on_the_present_version_survives_status_changes()
    {
        var cluster = Start(3);
        var version = cluster[1].Core.GetStatus().Version;
        var attribute = cluster[2].Request(id => new SetAttribute(id, new AttributeChange { Name = "x", Value = "1" }, null));
        cluster.RunUntil(() => cluster[2].Answers.ContainsKey(attribute), "the attribute is set");
        cluster.RunUntilIdle();
        Assert.NotEqual(version, cluster[1].Core.GetStatus().Version);
        var first = Write(cluster[1], "first", version);
        cluster.RunUntil(() => cluster[1].Answers.ContainsKey(first), "an answer");
        Assert.IsType<CibChanged>(cluster[1].Answers[first]);
        var second = Write(cluster[2], "second", version);
        cluster.RunUntil(() => cluster[2].Answers.ContainsKey(second), "an answer");
        Assert.Equal((int)CibCode.Old, Assert.IsType<Refused>(cluster[2].Answers[second]).Code);
    }

    [Fact]
    public void Concurrent_writes_are_all_kept_and_share_disk_writes()
    {
        var cluster = Start(3);
        var requests = new List<(SimNode Node, long Id)>();
        foreach (var node in cluster.Nodes)
        {
            for (var i = 0; i < 20; i++) requests.Add((node, Write(node, $"{node.Id}-{i}")));
        }

        var goal = cluster[1].Core.State!.Data.Durability.Goal;
        cluster.RunUntil(() => requests.TrueForAll(request => request.Node.Answers.ContainsKey(request.Id)), "all answers");
        Assert.All(requests, request => Assert.IsType<CibChanged>(request.Node.Answers[request.Id]));
        Assert.True(cluster[1].Core.State!.Data.Durability.Goal - goal < 30, "writes that arrive together are stored together");
        foreach (var node in cluster.Nodes)
        {
            for (var i = 0; i < 20; i++) Assert.True(Shows(cluster[1], $"{node.Id}-{i}"));
        }

        cluster.CheckReplicas();
        Assert.Empty(cluster.Violations);
    }

    [Fact]
    public void A_brand_new_cluster_starts_with_an_empty_configuration_and_fills_in_its_nodes()
    {
        var cluster = new SimCluster(3, Configurations.Standard(3));
        cluster.Nodes.ForEach(node => node.Disk = null);
        cluster.StartAll();
        cluster.RunUntil(() => cluster[2].Core.State?.Configuration.Section("nodes")?.Elements().Count() == 3, "the nodes are in the configuration");
        cluster.RunUntilIdle();
        var document = cluster[2].Core.GetCib();
        Assert.Equal(["node1", "node2", "node3"], document.Section("nodes")!.Elements("node").Select(node => node.Value("uname")));
        Assert.Contains("cluster-infrastructure", document.ToXml(), StringComparison.Ordinal);
        Assert.Equal("1", document.Root.Value("dc-uuid"));
    }

    [Fact]
    public void A_dry_run_changes_nothing_and_an_invalid_document_is_refused_with_its_problems()
    {
        var cluster = Start(1);
        var dry = cluster[1].Request(id => new ChangeCib(id, Token("dry"), IsDryRun: true));
        Assert.IsType<CibChanged>(cluster[1].Answers[dry]);
        var change = new CibChange { Operation = "create", Scope = "resources", Xml = "<primitive id=\"broken\" colour=\"red\"/>" };
        var bad = cluster[1].Request(id => new ChangeCib(id, change, IsDryRun: false));
        cluster.RunUntil(() => cluster[1].Answers.ContainsKey(bad), "an answer");
        var refused = Assert.IsType<Refused>(cluster[1].Answers[bad]);
        Assert.Equal((int)CibCode.Schema, refused.Code);
        Assert.NotEmpty(refused.Problems);
        Assert.False(Shows(cluster[1], "dry"));
    }
}
