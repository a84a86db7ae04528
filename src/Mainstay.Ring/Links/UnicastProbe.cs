using System.Security.Cryptography;

namespace Mainstay.Ring.Links;

/// <summary>
/// A question and its answer between nodes of this implementation where the transport has none (<c>udpu</c>): 12 bytes, less than any
/// packet of the ring has, so that whoever does not know them drops them. Sent only while something is wrong, and only in uniform rings.
/// </summary>
internal static class UnicastProbe
{
    public const int Size = 12;

    private static ReadOnlySpan<byte> Question => "MSq\0"u8;

    private static ReadOnlySpan<byte> Answer => "MSa\0"u8;

    /// <summary>Writes a question that nobody can guess.</summary>
    public static void WriteQuestion(Span<byte> target)
    {
        Question.CopyTo(target);
        RandomNumberGenerator.Fill(target[Question.Length..Size]);
    }

    /// <summary>Turns a question into its answer.</summary>
    public static void MakeAnswer(Span<byte> question) => Answer.CopyTo(question);

    public static bool IsQuestion(ReadOnlySpan<byte> datagram) => datagram.Length == Size && datagram.StartsWith(Question);

    public static bool IsAnswer(ReadOnlySpan<byte> datagram) => datagram.Length == Size && datagram.StartsWith(Answer);
}
