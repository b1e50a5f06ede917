using Telemetry.Shipping.Lanes;

namespace Serilog.Sinks.Grpc.Buffering;

/// <summary>
/// Encoded events between the threads that log and the one that ships, bounded in bytes. What does not fit is dropped and counted where it
/// would have been. Any thread adds; one takes.
/// </summary>
internal sealed class EventBuffer(long maxBytes, int maxEvents) : IDisposable
{
    private const int ChunkBytes = 64 << 10;
    private const int FreeWhenIdle = 4;

    private readonly Lock _gate = new();
    private readonly Queue<EventChunk> _full = new();
    private readonly Stack<EventChunk> _free = new();
    private EventChunk _filling = new(ChunkBytes);
    private long _bytes, _emitted, _emittedBytes, _held, _droppedFull, _droppedClosed;
    private int _gap;
    private bool _isClosed, _isIdle;

    /// <summary>Wakes the taker at once.</summary>
    public Wakeup Added { get; } = new();

    /// <summary>Adds an event. False when it was dropped.</summary>
    public bool TryAdd(ReadOnlySpan<byte> line)
    {
        lock (_gate)
        {
            _emitted++;
            _emittedBytes += line.Length;
            if (_isClosed)
            {
                _droppedClosed++;
                return false;
            }

            var size = EventChunk.SizeOf(line.Length);
            if (_bytes + size > maxBytes || _held >= maxEvents)
            {
                _droppedFull++;
                _gap++;
                return false;
            }

            Place(size);
            _filling.Add(line);
            _bytes += size;
            _held++;
        }

        // Only a taker that has slept long is woken: a wake-up costs more than all the rest.
        if (Volatile.Read(ref _isIdle) && Interlocked.Exchange(ref _isIdle, false))
        {
            Added.Set();
        }

        return true;
    }

    /// <summary>Waits for events: until the next if none came for long, else for a moment in which more of them come.</summary>
    public void Wait(TimeSpan atMost, bool isIdle)
    {
        if (isIdle)
        {
            Interlocked.Exchange(ref _isIdle, true);
            GiveBack();
            if (Counts.Held > 0)
            {
                return;
            }
        }

        Added.Wait(atMost, CancellationToken.None);
        Interlocked.Exchange(ref _isIdle, false);
    }

    /// <summary>The oldest chunk; null when there is none. It is still held until <see cref="Return"/>.</summary>
    public EventChunk? Take()
    {
        lock (_gate)
        {
            if (_full.TryDequeue(out var chunk))
            {
                return chunk;
            }

            if (_gap > 0)
            {
                Place(0);
            }

            if (_filling.IsEmpty)
            {
                return null;
            }

            chunk = _filling;
            _filling = NewChunk(ChunkBytes);
            return chunk;
        }
    }

    /// <summary>The events of the chunk are in the log now.</summary>
    public void Return(EventChunk chunk)
    {
        lock (_gate)
        {
            _held -= chunk.Count;
            _bytes -= chunk.Length;
            chunk.Clear();
            if (chunk.Capacity == ChunkBytes)
            {
                _free.Push(chunk);
            }
        }
    }

    /// <summary>Nothing is added any more; what comes is dropped.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
        }
    }

    /// <summary>What came, what of it is held here, and what was dropped, at one instant.</summary>
    public BufferCounts Counts
    {
        get
        {
            lock (_gate)
            {
                return new BufferCounts(_emitted, _emittedBytes, _held, _droppedFull, _droppedClosed);
            }
        }
    }

    public void Dispose() => Added.Dispose();

    /// <summary>Chunks are kept for the next while events come: new ones would cost the threads that log more than the copying does.</summary>
    private void GiveBack()
    {
        lock (_gate)
        {
            while (_free.Count > FreeWhenIdle)
            {
                _free.Pop();
            }
        }
    }

    /// <summary>Makes room in the chunk that is filled, after what was dropped before.</summary>
    private void Place(int size)
    {
        var gap = _gap > 0 ? sizeof(int) : 0;
        if (!_filling.Fits(size + gap))
        {
            if (!_filling.IsEmpty)
            {
                _full.Enqueue(_filling);
            }

            _filling = NewChunk(Math.Max(ChunkBytes, size + gap));
        }

        if (_gap > 0)
        {
            _filling.AddDropped(_gap);
            _bytes += sizeof(int);
            _gap = 0;
        }
    }

    private EventChunk NewChunk(int capacity) =>
        capacity == ChunkBytes && _free.TryPop(out var free) ? free : new EventChunk(capacity);
}
