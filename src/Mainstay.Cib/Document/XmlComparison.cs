using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>Compares XML by content.</summary>
public static class XmlComparison
{
    /// <summary>Whether two elements are the same: name, attributes in any order, children, text and comments in order.</summary>
    /// <param name="left">One element.</param>
    /// <param name="right">The other element.</param>
    public static bool AreEqual(XElement left, XElement right)
    {
        if (left.Name != right.Name || !AttributesEqual(left, right))
        {
            return false;
        }

        var leftNode = left.FirstNode;
        var rightNode = right.FirstNode;
        while (leftNode is not null && rightNode is not null)
        {
            var same = (leftNode, rightNode) switch
            {
                (XElement x, XElement y) => AreEqual(x, y),
                (XComment x, XComment y) => x.Value == y.Value,
                (XText x, XText y) => x.Value == y.Value,
                (XProcessingInstruction x, XProcessingInstruction y) => x.Target == y.Target && x.Data == y.Data,
                _ => false,
            };
            if (!same)
            {
                return false;
            }

            leftNode = leftNode.NextNode;
            rightNode = rightNode.NextNode;
        }

        return leftNode is null && rightNode is null;
    }

    private static bool AttributesEqual(XElement left, XElement right)
    {
        var count = 0;
        foreach (var attribute in left.Attributes())
        {
            count++;
            if (right.Attribute(attribute.Name)?.Value != attribute.Value)
            {
                return false;
            }
        }

        return count == right.Attributes().Count();
    }
}
