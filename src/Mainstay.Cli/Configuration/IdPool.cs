using System.Xml.Linq;

namespace Mainstay.Cli.Configuration;

/// <summary>The ids that a CIB uses; gives free ones (spec/cli-pcs.md section 16: a taken id gets the suffix <c>-1</c>, <c>-2</c>
/// ...).</summary>
internal sealed class IdPool
{
    private readonly HashSet<string> _taken;

    /// <summary>Reads the ids of a configuration.</summary>
    public IdPool(XDocument cib) => _taken = new HashSet<string>(
        CibTree.Configuration(cib).Descendants().Where(CibTree.OwnsId).Select(e => e.Id()).Where(id => id.Length > 0),
        StringComparer.Ordinal);

    /// <summary>Whether the id is in use.</summary>
    public bool Contains(string id) => _taken.Contains(id);

    /// <summary>The wanted id, or the first free one made from it; taken from now on.</summary>
    public string Take(string wanted)
    {
        var id = wanted;
        for (var number = 1; !_taken.Add(id); number++)
        {
            id = $"{wanted}-{number}";
        }

        return id;
    }

    /// <summary>Takes an id that the user named.</summary>
    /// <exception cref="CommandFailure">It is malformed or in use.</exception>
    public string TakeNamed(string id, string what)
    {
        if (CibTree.IdProblem(id, what) is { } problem)
        {
            throw new CommandFailure(problem);
        }

        return _taken.Add(id) ? id : throw new CommandFailure($"id '{id}' already exists, choose another one");
    }
}
