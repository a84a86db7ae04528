using System.Text;

namespace Mainstay.Cli.Pcs.Rules;

/// <summary>Parser of rule expressions (spec/cli-pcs.md section 9): <c>and</c> and <c>or</c> bind equally, from the left.</summary>
internal sealed class RuleParser
{
    // Deep enough for any rule that a person writes; keeps the parser's stack bounded.
    private const int NestingMax = 32;

    private static readonly string[] s_comparisons = ["lt", "gt", "lte", "gte", "eq", "ne"];
    private static readonly string[] s_types = ["string", "integer", "number", "version"];

    private static readonly string[] s_durationNames = ["years", "months", "weeks", "days", "hours", "minutes", "seconds"];

    private static readonly string[] s_dateSpecNames =
        ["years", "weekyears", "months", "weeks", "yeardays", "monthdays", "weekdays", "hours", "minutes", "seconds"];

    private readonly List<string> _tokens;
    private int _position;

    private RuleParser(List<string> tokens) => _tokens = tokens;

    /// <summary>Parses an expression, given as one word or as several.</summary>
    /// <exception cref="CommandFailure">It is no expression; the message points at the place.</exception>
    public static RuleNode Parse(IReadOnlyList<string> words)
    {
        var parser = new RuleParser(words.Count == 1 ? Tokens(words[0]) : [.. words.SelectMany(SplitBrackets)]);
        if (parser._tokens.Count == 0)
        {
            throw new CommandFailure("no rule expression was specified");
        }

        var result = parser.Expression(0);
        return parser._position == parser._tokens.Count ? result : throw parser.Fail("unexpected text");
    }

    private RuleNode Expression(int depth)
    {
        if (depth > NestingMax)
        {
            throw Fail($"more than {NestingMax} brackets inside each other");
        }

        var left = Term(depth);
        while (Peek() is "and" or "or")
        {
            var operation = Next();
            var right = Term(depth);
            left = left is RuleGroup group && group.Operator == operation && !_closed.Contains(group)
                ? new RuleGroup(operation, [.. group.Parts, right])
                : new RuleGroup(operation, [left, right]);
        }

        return left;
    }

    // Groups that stood in brackets of their own: they stay apart even beside the same operator.
    private readonly HashSet<RuleNode> _closed = new(ReferenceEqualityComparer.Instance);

    private RuleNode Term(int depth)
    {
        if (Peek() != "(")
        {
            return Simple();
        }

        _position++;
        var inner = Expression(depth + 1);
        if (Peek() != ")")
        {
            throw Fail("')' is missing");
        }

        _position++;
        _closed.Add(inner);
        return inner;
    }

    private RuleNode Simple()
    {
        var first = Next();
        switch (first)
        {
            case "defined" or "not_defined" when !s_comparisons.Contains(Peek(), StringComparer.Ordinal):
                return new AttributeTest(Next(), first, null, null);
            case "date" when Peek() is "lt" or "gt":
                return Next() == "gt" ? new DateTest("gt", Next(), null, null) : new DateTest("lt", null, Next(), null);
            case "date" when Peek() == "in_range":
                _position++;
                return Range();
            case "date-spec" when Peek()?.Contains('=', StringComparison.Ordinal) == true:
                return new DateSpecTest(NamedNumbers(s_dateSpecNames));
            case "op" when Peek() is { } name && !s_comparisons.Contains(name, StringComparer.Ordinal):
                _position++;
                return new OperationTest(name, Peek()?.StartsWith("interval=", StringComparison.Ordinal) == true ? Next()[9..] : null);
            case "resource" when Peek()?.Contains(':', StringComparison.Ordinal) == true:
                return Resource(Next());
            default:
                return Comparison(first);
        }
    }

    private AttributeTest Comparison(string attribute)
    {
        if (attribute is ")" or "and" or "or")
        {
            _position--;
            throw Fail("an expression is expected");
        }

        var operation = Peek();
        if (!s_comparisons.Contains(operation, StringComparer.Ordinal))
        {
            throw Fail($"one of {string.Join(", ", s_comparisons)} is expected");
        }

        _position++;
        var type = s_types.Contains(Peek(), StringComparer.Ordinal) && _position + 1 < _tokens.Count
            && _tokens[_position + 1] is not ("and" or "or" or ")") ? Next() : null;
        return new AttributeTest(attribute, operation!, type, Next());
    }

    private DateTest Range()
    {
        var start = Peek() == "to" ? null : Next();
        if (Peek() != "to")
        {
            throw Fail("'to' is expected");
        }

        _position++;
        if (Peek() != "duration")
        {
            return new DateTest("in_range", start, Next(), null);
        }

        _position++;
        return new DateTest("in_range", start, null, NamedNumbers(s_durationNames));
    }

    private List<KeyValuePair<string, string>> NamedNumbers(string[] names)
    {
        var result = new List<KeyValuePair<string, string>>();
        while (Peek() is { } word && word.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals)
        {
            var name = word[..equals];
            if (!names.Contains(name, StringComparer.Ordinal))
            {
                throw Fail($"unknown name '{name}', allowed are {string.Join(", ", names)}");
            }

            if (!word[(equals + 1)..].All(c => char.IsAsciiDigit(c) || c == '-') || word.Length == equals + 1)
            {
                throw Fail("a number (or a range a-b in a date-spec) is expected");
            }

            result.Add(KeyValuePair.Create(name, word[(equals + 1)..]));
            _position++;
        }

        return result.Count > 0 ? result : throw Fail("name=number is expected");
    }

    private ResourceTest Resource(string text)
    {
        var parts = text.Split(':');
        var test = parts.Length switch
        {
            2 => new ResourceTest(Text(parts[0]), null, Text(parts[1])),
            3 => new ResourceTest(Text(parts[0]), Text(parts[1]), Text(parts[2])),
            _ => throw Fail("[standard]:[provider]:[type] is expected"),
        };
        return test;

        static string? Text(string part) => part.Length == 0 ? null : part;
    }

    private string? Peek() => _position < _tokens.Count ? _tokens[_position] : null;

    private string Next() => _position < _tokens.Count ? _tokens[_position++] : throw Fail("the expression ends too early");

    private CommandFailure Fail(string reason)
    {
        var before = string.Join(' ', _tokens.Take(_position));
        var mark = new string('-', before.Length + (before.Length > 0 ? 1 : 0));
        return new CommandFailure($"'{string.Join(' ', _tokens)}' is not a valid rule expression: {reason}, at word {_position + 1}\n"
            + $"  {string.Join(' ', _tokens)}\n  {mark}^");
    }

    private static List<string> SplitBrackets(string word)
    {
        var start = word.TakeWhile(c => c == '(').Count();
        var end = start == word.Length ? 0 : word.Reverse().TakeWhile(c => c == ')').Count();
        var middle = word[start..(word.Length - end)];
        List<string> result = [.. Enumerable.Repeat("(", start)];
        if (middle.Length > 0)
        {
            result.Add(middle);
        }

        result.AddRange(Enumerable.Repeat(")", end));
        return result;
    }

    // One word holds the whole expression: blanks separate, quotes join.
    private static List<string> Tokens(string text)
    {
        var result = new List<string>();
        var current = new StringBuilder();
        var quote = '\0';
        var quoted = false;
        foreach (var c in text)
        {
            if (quote != '\0')
            {
                if (c == quote)
                {
                    quote = '\0';
                }
                else
                {
                    current.Append(c);
                }
            }
            else if (c is '"' or '\'')
            {
                (quote, quoted) = (c, true);
            }
            else if (char.IsWhiteSpace(c) || c is '(' or ')')
            {
                Flush();
                if (!char.IsWhiteSpace(c))
                {
                    result.Add(c.ToString());
                }
            }
            else
            {
                current.Append(c);
            }
        }

        Flush();
        return result;

        void Flush()
        {
            if (current.Length > 0 || quoted)
            {
                result.Add(current.ToString());
            }

            current.Clear();
            quoted = false;
        }
    }
}
