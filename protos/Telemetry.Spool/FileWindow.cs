namespace Telemetry.Spool;

/// <summary>
/// Reads a file through one buffer that grows to what is asked. Bytes that the disk refuses to give read as zeros: their
/// checksum fails, and the reading goes on behind them. Not thread-safe.
/// </summary>
internal sealed class FileWindow : IDisposable
{
    private const int ReadAhead = 64 << 10;
    private const int RetryBytes = 4096;

    private ISpoolFile? _file;
    private byte[] _buffer = [];
    private long _start;
    private int _count;

    /// <summary>Reads from <paramref name="file"/> from now on, and disposes it at the end. Without one it reads nothing.</summary>
    public void Attach(ISpoolFile file)
    {
        Dispose();
        _file = file;
    }

    /// <summary>Forgets what was read.</summary>
    public void Forget() => _count = 0;

    /// <summary>
    /// <paramref name="count"/> bytes at an offset, valid until the next call; empty when the file ends before. Nothing at
    /// or after <paramref name="stable"/> is kept for a later call, as it may still change.
    /// </summary>
    public ReadOnlyMemory<byte> Get(long offset, int count, long stable)
    {
        var bytes = GetAtMost(offset, count, stable);
        return bytes.Length == count ? bytes : default;
    }

    /// <summary>The same, but as many bytes as there are when the file ends before.</summary>
    public ReadOnlyMemory<byte> GetAtMost(long offset, int count, long stable)
    {
        if (offset < _start || offset + count > _start + _count)
        {
            Fill(offset, count, stable);
        }

        return _buffer.AsMemory((int)(offset - _start), (int)Math.Min(count, _start + _count - offset));
    }

    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
        _count = 0;
    }

    private void Fill(long offset, int count, long stable)
    {
        var wanted = (int)Math.Max(count, Math.Min(ReadAhead, stable - offset));
        if (_buffer.Length < wanted)
        {
            _buffer = new byte[Math.Max(wanted, Math.Min(ReadAhead, 2 * wanted))];
        }

        _start = offset;
        _count = _file is null ? 0 : Read(_buffer.AsSpan(0, wanted), offset);
    }

    private int Read(Span<byte> target, long offset)
    {
        try
        {
            return _file!.Read(target, offset);
        }
        catch (IOException)
        {
            return ReadAround(target, offset);
        }
    }

    private int ReadAround(Span<byte> target, long offset)
    {
        var total = 0;
        while (total < target.Length)
        {
            var piece = target.Slice(total, Math.Min(RetryBytes, target.Length - total));
            try
            {
                var read = _file!.Read(piece, offset + total);
                if (read < piece.Length)
                {
                    return total + read;
                }
            }
            catch (IOException)
            {
                piece.Clear();
            }

            total += piece.Length;
        }

        return total;
    }
}
