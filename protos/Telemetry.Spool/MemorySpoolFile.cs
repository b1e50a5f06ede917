namespace Telemetry.Spool;

/// <summary>A file of pages that exist once something other than zeros was written to them.</summary>
internal sealed class MemorySpoolFile : ISpoolFile
{
    private const int PageBytes = 64 << 10;

    private readonly Lock _gate = new();
    private readonly Dictionary<long, byte[]> _pages = [];
    private long _length;

    public long Length
    {
        get
        {
            lock (_gate)
            {
                return _length;
            }
        }
    }

    public int Read(Span<byte> destination, long offset)
    {
        lock (_gate)
        {
            destination = destination[..(int)Math.Clamp(_length - offset, 0, destination.Length)];
            for (var done = 0; done < destination.Length;)
            {
                var part = destination.Slice(done, PartAt(offset + done, destination.Length - done));
                if (_pages.TryGetValue((offset + done) / PageBytes, out var page))
                {
                    page.AsSpan((int)((offset + done) % PageBytes), part.Length).CopyTo(part);
                }
                else
                {
                    part.Clear();
                }

                done += part.Length;
            }

            return destination.Length;
        }
    }

    public void Write(ReadOnlySpan<byte> source, long offset)
    {
        lock (_gate)
        {
            for (var done = 0; done < source.Length;)
            {
                var at = offset + done;
                var part = source.Slice(done, PartAt(at, source.Length - done));
                if (_pages.TryGetValue(at / PageBytes, out var page) || part.ContainsAnyExcept((byte)0))
                {
                    page ??= _pages[at / PageBytes] = new byte[PageBytes];
                    part.CopyTo(page.AsSpan((int)(at % PageBytes)));
                }

                done += part.Length;
            }

            _length = Math.Max(_length, offset + source.Length);
        }
    }

    public void Flush()
    {
    }

    public void Dispose()
    {
        // The directory keeps it.
    }

    private static int PartAt(long offset, int bytes) => (int)Math.Min(bytes, PageBytes - (offset % PageBytes));
}
