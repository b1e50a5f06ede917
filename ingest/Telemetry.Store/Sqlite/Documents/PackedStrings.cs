using System.IO.Compression;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>Strings that were packed together. Buffers are kept for the next.</summary>
internal sealed class PackedStrings
{
    private readonly ByteList _bytes = new();
    private readonly Growing<int> _starts = new();

    public ReadOnlySpan<byte> this[int index] => _bytes.Slice(_starts[index], _starts[index + 1] - _starts[index]);

    /// <summary>Unpacks <paramref name="count"/> strings. Throws a <see cref="StoreException"/> when they are damaged.</summary>
    public void Load(ReadOnlySpan<byte> stored, int raw, int count)
    {
        _bytes.Clear();
        var bytes = _bytes.Reserve(raw);
        if (stored.Length == raw)
        {
            stored.CopyTo(bytes);
        }
        else if (!BrotliDecoder.TryDecompress(stored, bytes, out var written) || written != raw)
        {
            ChunkSpan.Fail();
        }

        var starts = _starts.Resize(count + 1);
        var reader = new ChunkSpan(bytes);
        var end = 0L;
        for (var i = 0; i < count; i++)
        {
            starts[i] = (int)end;
            end += reader.Count(raw);
            if (end > raw)
            {
                ChunkSpan.Fail();
            }
        }

        if (end != reader.Left)
        {
            ChunkSpan.Fail();
        }

        starts[count] = (int)end;
        foreach (ref var start in starts)
        {
            start += reader.At;
        }
    }
}
