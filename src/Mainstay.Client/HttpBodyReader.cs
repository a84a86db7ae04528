using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Mainstay.Client;

/// <summary>Reads one HTTP/1.1 response; throws <see cref="InvalidDataException"/> on anything that is not one.</summary>
internal sealed class HttpBodyReader(Socket socket)
{
    private const int LineSizeMax = 1024 * 1024;
    private const int BodySizeMax = 256 * 1024 * 1024;

    private readonly byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;
    private bool _isChunked;
    private long _remaining = long.MaxValue;
    private bool _isDone;

    /// <summary>Reads status line and headers; returns the status.</summary>
    public async Task<int> ReadHeadAsync(CancellationToken cancellationToken)
    {
        var statusLine = await ReadRawLineAsync(cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidDataException("the connection ended before the answer");
        var parts = statusLine.Split(' ', 3);
        if (parts.Length < 2
            || !parts[0].StartsWith("HTTP/1.", StringComparison.Ordinal)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var status))
        {
            throw new InvalidDataException("no status line");
        }

        while (await ReadRawLineAsync(cancellationToken).ConfigureAwait(false) is { Length: > 0 } header)
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0) ApplyHeader(header[..colon], header[(colon + 1)..].Trim());
        }

        if (_isChunked) _remaining = 0;
        if (_remaining == 0 && !_isChunked) _isDone = true;
        return status;
    }

    /// <summary>The rest of the body.</summary>
    public async Task<byte[]> ReadToEndAsync(CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        while (await FillBodyAsync(cancellationToken).ConfigureAwait(false))
        {
            var count = (int)Math.Min(_end - _start, _remaining);
            body.Write(_buffer, _start, count);
            Consume(count);
            if (body.Length > BodySizeMax) throw new InvalidDataException("the answer is too large");
        }

        return body.ToArray();
    }

    /// <summary>The next line of the body without its end; null at the end of the body.</summary>
    public async Task<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        var line = new MemoryStream();
        await using (line.ConfigureAwait(false))
        {
            while (await FillBodyAsync(cancellationToken).ConfigureAwait(false))
            {
                var value = _buffer[_start];
                Consume(1);
                if (value == '\n') return Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length).TrimEnd('\r');
                line.WriteByte(value);
                if (line.Length > LineSizeMax) throw new InvalidDataException("a line is too long");
            }

            return line.Length == 0 ? null : Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length);
        }
    }

    private void ApplyHeader(string name, string value)
    {
        if (name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase))
        {
            _isChunked = value.Equals("chunked", StringComparison.OrdinalIgnoreCase);
        }
        else if (name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)
            && long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var length))
        {
            _remaining = length;
        }
    }

    private void Consume(int count)
    {
        _start += count;
        if (_remaining != long.MaxValue) _remaining -= count;
        if (_remaining == 0 && !_isChunked) _isDone = true;
    }

    /// <summary>Makes at least one byte of the body available; false at its end.</summary>
    private async Task<bool> FillBodyAsync(CancellationToken cancellationToken)
    {
        if (_isDone) return false;
        if (_isChunked && _remaining == 0 && !await StartChunkAsync(cancellationToken).ConfigureAwait(false)) return false;
        if (_start < _end || await ReceiveAsync(cancellationToken).ConfigureAwait(false)) return true;
        if (_remaining != long.MaxValue) throw new InvalidDataException("the answer is cut off");
        _isDone = true;
        return false;
    }

    private async Task<bool> StartChunkAsync(CancellationToken cancellationToken)
    {
        var line = await ReadRawLineAsync(cancellationToken).ConfigureAwait(false);
        if (line is { Length: 0 }) line = await ReadRawLineAsync(cancellationToken).ConfigureAwait(false);
        if (line is null
            || !int.TryParse(line.Split(';')[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var size)
            || size < 0)
        {
            throw new InvalidDataException("a chunk has no size");
        }

        if (size == 0) _isDone = true;
        _remaining = size;
        return size > 0;
    }

    private async Task<string?> ReadRawLineAsync(CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        while (_start < _end || await ReceiveAsync(cancellationToken).ConfigureAwait(false))
        {
            var value = (char)_buffer[_start++];
            if (value == '\n') return line.ToString().TrimEnd('\r');
            line.Append(value);
            if (line.Length > LineSizeMax) throw new InvalidDataException("a header is too long");
        }

        return line.Length == 0 ? null : line.ToString();
    }

    private async Task<bool> ReceiveAsync(CancellationToken cancellationToken)
    {
        _start = 0;
        _end = await socket.ReceiveAsync(_buffer, SocketFlags.None, cancellationToken).ConfigureAwait(false);
        return _end > 0;
    }
}
