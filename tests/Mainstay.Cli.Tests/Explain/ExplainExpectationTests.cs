using Mainstay.Testing;

namespace Mainstay.Cli.Tests.Explain;

/// <summary>Answers about recorded cases against expectations that were worked out from their inputs (expectations.txt).</summary>
public sealed class ExplainExpectationTests
{
    private sealed record Question(string Case, string Ask, List<(string Kind, string Text)> Lines);

    [Fact]
    public void The_answers_say_what_was_worked_out_by_hand()
    {
        var wrong = new List<string>();
        foreach (var question in Read())
        {
            string file = Repository.SharedPath("cases", "scheduler", "xml", question.Case + ".xml");
            var answer = ExplainRun.Text([.. question.Ask.Split(' '), "--file", file]);
            var lines = answer.Split('\n').Select(l => l.Trim()).ToList();
            foreach (var (kind, text) in question.Lines)
            {
                bool isRight = kind switch
                {
                    "says" => lines.Contains(text),
                    "part" => lines.Exists(l => l.Contains(text, StringComparison.Ordinal)),
                    _ => !lines.Exists(l => l.Contains(text, StringComparison.Ordinal)),
                };
                if (!isRight) wrong.Add($"{question.Case}: {question.Ask}: {kind} {text}\n{answer}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong.Prepend($"{wrong.Count} expectations are not met:")));
    }

    [Fact]
    public void There_are_expectations_for_at_least_forty_cases()
    {
        var questions = Read();
        Assert.True(questions.Select(q => q.Case).Distinct().Count() >= 40);
        Assert.All(questions, q => Assert.NotEmpty(q.Lines));
    }

    private static List<Question> Read()
    {
        var questions = new List<Question>();
        string name = "";
        string path = Path.Combine(Repository.Root, "tests", "Mainstay.Cli.Tests", "Explain", "expectations.txt");
        foreach (string line in File.ReadLines(path).Where(l => l.Length > 0 && l[0] != '#'))
        {
            var (word, rest) = (line.Split(' ')[0], line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
            if (word == "case") name = rest;
            else if (word == "ask") questions.Add(new Question(name, rest, []));
            else if (word is "says" or "part" or "not") questions[^1].Lines.Add((word, rest));
            else Assert.Fail($"'{word}' begins no line of the expectations");
        }

        return questions;
    }
}
