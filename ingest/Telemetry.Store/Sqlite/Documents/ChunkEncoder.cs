using System.IO.Compression;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>The chunk being written and the buffers that writing one needs, used again for the next. Not thread-safe.</summary>
internal sealed class ChunkEncoder
{
    // Quality 1 packs logs about seven times at several hundred MB/s; more costs more than it saves.
    private const int Quality = 1;
    private const int Window = 16;
    private const int WorthPackingBytes = 128;

    private readonly ByteList _header = new();
    private readonly ByteList _body = new();
    private int _frames;

    /// <summary>The chunk.</summary>
    public ByteList Output { get; } = new();

    /// <summary>Raw bytes to be packed next.</summary>
    public ByteList Frame { get; } = new();

    /// <summary>True when the block will not be written again, so that packing is worth its time.</summary>
    public bool IsFinal { get; set; }

    /// <summary>Appends <see cref="Frame"/> as "packed".</summary>
    public void AddPacked()
    {
        Output.AddVarint((ulong)Frame.Length);
        _body.Clear();
        Output.AddVarint((ulong)PackInto(_body));
        Output.Add(_body.Written);
    }

    /// <summary>Begins the frames of a strings chunk.</summary>
    public void BeginFrames()
    {
        _header.Clear();
        _body.Clear();
        _frames = 0;
    }

    /// <summary>Takes <see cref="Frame"/> as the next frame.</summary>
    public void AddFrame(int values)
    {
        _frames++;
        _header.AddVarint((ulong)values);
        _header.AddVarint((ulong)Frame.Length);
        _header.AddVarint((ulong)PackInto(_body));
    }

    /// <summary>Appends the frames.</summary>
    public void EndFrames()
    {
        Output.AddVarint((ulong)_frames);
        Output.Add(_header.Written);
        Output.Add(_body.Written);
    }

    private int PackInto(ByteList target)
    {
        var raw = Frame.Written;
        var start = target.Length;
        if (IsFinal && raw.Length >= WorthPackingBytes)
        {
            var room = target.Reserve(BrotliEncoder.GetMaxCompressedLength(raw.Length));
            if (BrotliEncoder.TryCompress(raw, room, out var written, Quality, Window) && written < raw.Length)
            {
                target.Truncate(start + written);
                return written;
            }

            target.Truncate(start);
        }

        target.Add(raw);
        return raw.Length;
    }
}
