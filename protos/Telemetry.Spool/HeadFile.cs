namespace Telemetry.Spool;

/// <summary>
/// What the log says about itself to readers in other processes and to its own recovery. A head that cannot be written holds
/// nothing up: it only says less than is true. Safe for concurrent use.
/// </summary>
internal sealed class HeadFile(ISpoolDirectory directory) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SlotFile _slots = new(directory, SpoolFormat.HeadFile, SpoolFormat.HeadMagic, SpoolFormat.HeadBytes);
    private long _durable;
    private long _start;

    /// <summary>What the file of a directory says; null when there is none that can be read. Does not throw.</summary>
    public static (long Durable, long Start)? TryRead(ISpoolDirectory directory) => Greatest(
        SlotFile.TryRead(directory, SpoolFormat.HeadFile, SpoolFormat.HeadMagic, out var unflushed), unflushed);

    /// <summary>Reads what holds. Does not throw.</summary>
    public (long Durable, long Start)? Load()
    {
        lock (_gate)
        {
            _slots.Load(out var unflushed);
            var head = Greatest(_slots.Current, unflushed);
            (_durable, _start) = head ?? default;
            return head;
        }
    }

    /// <summary>Writes without making it durable; what was written before is not taken back. False when the disk refuses.</summary>
    public bool TryWrite(long durable, long start, out IOException? error)
    {
        lock (_gate)
        {
            try
            {
                Advance(durable, start);
                _slots.WriteUnflushed(_durable, _start);
                error = null;
                return true;
            }
            catch (IOException e)
            {
                error = e;
                return false;
            }
        }
    }

    /// <summary>Writes where the log begins and makes it durable. Throws <see cref="IOException"/>.</summary>
    public void WriteDurably(long start)
    {
        lock (_gate)
        {
            Advance(_durable, start);
            _slots.WriteDurably(_durable, _start);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _slots.Dispose();
        }
    }

    private static (long Durable, long Start)? Greatest(Slot? flushed, Slot? unflushed) => flushed is null && unflushed is null
        ? null
        : (Math.Max(flushed?.First ?? 0, unflushed?.First ?? 0), Math.Max(flushed?.Second ?? 0, unflushed?.Second ?? 0));

    /// <summary>Two threads write; the one that knows less may come second.</summary>
    private void Advance(long durable, long start)
    {
        _durable = Math.Max(_durable, durable);
        _start = Math.Max(_start, start);
    }
}
