using System.Buffers.Text;
using System.Text;

namespace Mainstay.Scheduler;

/// <summary>Text on its way into a stream as UTF-8: one buffer, no strings between.</summary>
internal sealed class Utf8Text(Stream output)
{
    private const int BufferSize = 64 * 1024;
    private const int BytesPerCharacterMax = 3;
    private const int NumberLengthMax = 20;

    private byte[] _buffer = new byte[BufferSize];
    private int _length;

    /// <summary>Writes an ASCII character.</summary>
    public void Write(char character)
    {
        Reserve(1);
        _buffer[_length++] = (byte)character;
    }

    /// <summary>Writes a number.</summary>
    public void Write(long number)
    {
        Reserve(NumberLengthMax);
        _ = Utf8Formatter.TryFormat(number, _buffer.AsSpan(_length), out int length);
        _length += length;
    }

    /// <summary>Writes a text as it is.</summary>
    public void Write(string text)
    {
        Reserve(text.Length * BytesPerCharacterMax);
        var target = _buffer.AsSpan(_length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] < 0x80)
            {
                target[i] = (byte)text[i];
                continue;
            }

            _length += i + Encoding.UTF8.GetBytes(text.AsSpan(i), target[i..]);
            return;
        }

        _length += text.Length;
    }

    /// <summary>Writes the value of an attribute, with entities where XML needs them.</summary>
    public void WriteEscaped(string text)
    {
        Reserve(text.Length);
        var target = _buffer.AsSpan(_length);
        for (int i = 0; i < text.Length; i++)
        {
            char character = text[i];
            if (character < 0x80 && Entity(character) is null)
            {
                target[i] = (byte)character;
                continue;
            }

            _length += i;
            WriteSlowly(text.AsSpan(i));
            return;
        }

        _length += text.Length;
    }

    /// <summary>Hands everything to the stream.</summary>
    public void Flush()
    {
        output.Write(_buffer, 0, _length);
        _length = 0;
    }

    private static string? Entity(char character) => character switch
    {
        > '>' => null,
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '"' => "&quot;",
        '\t' => "&#x9;",
        '\n' => "&#xA;",
        '\r' => "&#xD;",
        _ => null,
    };

    private void WriteSlowly(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            int plain = 0;
            while (plain < text.Length && Entity(text[plain]) is null) plain++;
            Reserve(plain * BytesPerCharacterMax);
            _length += Encoding.UTF8.GetBytes(text[..plain], _buffer.AsSpan(_length));
            text = text[plain..];
            if (text.IsEmpty) return;
            Write(Entity(text[0])!); // the loop above stopped at an entity
            text = text[1..];
        }
    }

    private void Reserve(int count)
    {
        if (count <= _buffer.Length - _length) return;
        Flush();
        if (count > _buffer.Length) _buffer = new byte[count];
    }
}
