using System.Text;
using Mainstay.Testing;
using Mainstay.Totem.Wire;

namespace Mainstay.Totem.Tests;

/// <summary>
/// Conversations as text: commands, <c>----</c>, what the nodes did. <c>MAINSTAY_UPDATE=1</c> rewrites the expectations; the difference is
/// then reviewed.
/// </summary>
public sealed class ScriptTests
{
    private static string Folder => Path.Combine(Repository.Root, "tests", "Mainstay.Totem.Tests", "Scripts");

    public static TheoryData<string> Names =>
        [.. Directory.GetFiles(Folder, "*.txt").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_nodes_do_what_the_script_says(string name)
    {
        var file = Path.Combine(Folder, $"{name}.txt");
        var expected = File.ReadAllText(file);
        var actual = Play(expected);
        if (Environment.GetEnvironmentVariable("MAINSTAY_UPDATE") == "1")
        {
            File.WriteAllText(file, actual);
            return;
        }

        Assert.Equal(expected, actual);
    }

    private static string Play(string script)
    {
        var result = new StringBuilder();
        TestCluster? cluster = null;
        foreach (var block in script.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var input = block.Split("\n----", 2)[0].TrimEnd('\n');
            var commands = input.Split('\n').Where(line => !line.StartsWith('#')).ToArray();
            result.Append(result.Length > 0 ? "\n" : "").Append(input).Append('\n');
            if (commands.Length == 0)
            {
                continue;
            }

            foreach (var command in commands)
            {
                Execute(ref cluster, command.Split(' ', StringSplitOptions.RemoveEmptyEntries));
            }

            result.Append("----\n");
            foreach (var node in cluster!.Nodes.Values)
            {
                foreach (var line in Merge(node.Log))
                {
                    result.Append(node.Id).Append(' ').Append(line).Append('\n');
                }

                node.Log.Clear();
            }
        }

        return result.ToString();
    }

    /// <summary>State changes in a row become one line.</summary>
    private static List<string> Merge(List<string> log)
    {
        var lines = new List<string>();
        foreach (var line in log)
        {
            var from = line.Split(" -> ");
            if (from.Length == 2 && lines.Count > 0 && lines[^1].EndsWith($"-> {from[0]}", StringComparison.Ordinal))
            {
                lines[^1] += $" -> {from[1]}";
            }
            else
            {
                lines.Add(line);
            }
        }

        return lines;
    }

    private static void Execute(ref TestCluster? cluster, string[] words)
    {
        if (words[0] == "nodes")
        {
            cluster = new TestCluster(Number(words[1]), Settings(words[2..]));
            return;
        }

        Assert.NotNull(cluster);
        switch (words[0])
        {
            case "form":
                Form(cluster);
                break;
            case "start":
                ForEach(cluster, words, node => node.Start());
                break;
            case "crash":
                ForEach(cluster, words, node => node.Crash());
                break;
            case "leave":
                ForEach(cluster, words, node => node.Leave());
                break;
            case "submit":
                var text = words.Length > 3 ? string.Concat(Enumerable.Repeat(words[2], Number(words[3]))) : words[2];
                Assert.True(cluster[(uint)Number(words[1])].Submit(text));
                break;
            case "drop":
                cluster.DropNext(Enum.Parse<PacketType>(words[1]), Number(words[2]));
                break;
            case "deaf":
                cluster.Deafen((uint)Number(words[1]), Enum.Parse<PacketType>(words[2]));
                break;
            case "cut":
                cluster.Cut((uint)Number(words[1]), (uint)Number(words[2]));
                break;
            case "partition":
                Partition(cluster, words[1], words[2]);
                break;
            case "heal":
                cluster.Heal();
                break;
            case "run":
                cluster.Run(TimeSpan.FromMilliseconds(Number(words[1])));
                break;
            default:
                Assert.Fail($"unknown command '{words[0]}'");
                break;
        }
    }

    private static TotemSettings Settings(string[] words)
    {
        var settings = new TotemSettings { Token = 1000 };
        foreach (var word in words)
        {
            var pair = word.Split('=');
            settings = pair[0] switch
            {
                "token" => settings with { Token = (uint)Number(pair[1]) },
                "fail_recv_const" => settings with { FailReceiveLimit = (uint)Number(pair[1]) },
                _ => throw new InvalidOperationException($"unknown option {word}"),
            };
        }

        return settings;
    }

    private static void Partition(TestCluster cluster, string left, string right)
    {
        foreach (var one in left.Split(','))
        {
            foreach (var other in right.Split(','))
            {
                cluster.Cut((uint)Number(one), (uint)Number(other));
                cluster.Cut((uint)Number(other), (uint)Number(one));
            }
        }
    }

    /// <summary>All start and become one ring; how is not this script's subject.</summary>
    private static void Form(TestCluster cluster)
    {
        foreach (var node in cluster.Nodes.Values)
        {
            node.Start();
        }

        cluster.Run(TimeSpan.FromMilliseconds(1000));
        foreach (var node in cluster.Nodes.Values)
        {
            Assert.Equal(cluster.Nodes.Count, node.Ring.Membership.Length);
            node.Log.Clear();
        }
    }

    private static void ForEach(TestCluster cluster, string[] words, Action<TestNode> action)
    {
        foreach (var word in words[1..])
        {
            action(cluster[(uint)Number(word)]);
        }
    }

    private static int Number(string word) => int.Parse(word, System.Globalization.CultureInfo.InvariantCulture);
}
