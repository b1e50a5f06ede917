using Confluent.Kafka;
using Telemetry.Bus.SegmentLog;

namespace Telemetry.Bus.Kafka;

/// <summary>
/// One partition as its owner reads it: a queue, bounded in bytes, that the member's thread fills and the owner empties. The
/// member's thread calls <see cref="Take"/>, <see cref="TakeEnd"/> and <see cref="Fail"/>, the owner all else.
/// </summary>
internal sealed class PartitionReader : IBusReader
{
    private const int OverheadBytes = 256;
    private const long MaxQueuedBytes = 8 << 20;
    private const long FirstGuessBytes = 1024;

    private readonly PartitionLease _lease;
    private readonly BusEntryStrings _strings = new();
    private readonly Lock _gate = new();
    private readonly Queue<ConsumeResult<byte[], byte[]>> _queue = new();
    private readonly SemaphoreSlim _filled = new(0, 1);
    private IOException? _fault;
    private long _queuedBytes;
    private long _position;
    private long _end;
    private long _meanBytes = FirstGuessBytes;
    private long _lastUnixUs;
    private bool _isPaused;

    public PartitionReader(PartitionLease lease, long start, long end)
    {
        _lease = lease;
        _position = start;
        _end = end;
        Expected = start;
    }

    /// <summary>The offset that comes next; of the member's thread.</summary>
    public long Expected { get; private set; }

    /// <summary>The offset that was sought again after a hole; of the member's thread.</summary>
    public long SoughtAgain { get; set; } = -1;

    public BusPosition Position
    {
        get
        {
            lock (_gate)
            {
                return new BusPosition(_position);
            }
        }
    }

    public long LagBytes
    {
        get
        {
            var end = _lease.KnownEnd();
            lock (_gate)
            {
                _end = Math.Max(_end, end);
                return _end <= _position ? 0 : (_end - _position) * _meanBytes;
            }
        }
    }

    public long ReachedUnixUs => LagBytes == 0 ? Volatile.Read(ref _lastUnixUs) : 0;

    public bool TryRead(out BusEntry entry)
    {
        while (TryDequeue(out var result))
        {
            var kind = EntryHeaders.Read(result.Message, _lease.Partition.Lane, _strings, out var stamp);
            if (kind == MessageKind.Foreign)
            {
                _lease.TellForeign(result.Offset.Value);
                continue;
            }

            // The broker's clock may be set back; bus time is not.
            var busUnixUs = Math.Max(_lastUnixUs, result.Message.Timestamp.UnixTimestampMs * 1000);
            Volatile.Write(ref _lastUnixUs, busUnixUs);
            if (kind == MessageKind.Entry)
            {
                entry = new BusEntry(new BusPosition(result.Offset.Value), new BusPosition(result.Offset.Value + 1),
                    stamp with { BusUnixUs = busUnixUs }, result.Message.Value);
                return true;
            }
        }

        entry = default;
        return false;
    }

    public async ValueTask WaitAsync(TimeSpan atMost, CancellationToken cancel)
    {
        lock (_gate)
        {
            if (_queue.Count > 0 || _fault is not null)
            {
                return;
            }
        }

        await _filled.WaitAsync(atMost, cancel);
    }

    public ValueTask DisposeAsync()
    {
        _lease.Close(this);
        lock (_gate)
        {
            _queue.Clear();
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Takes a message; true when no more may come for now.</summary>
    public bool Take(ConsumeResult<byte[], byte[]> result)
    {
        Expected = result.Offset.Value + 1;
        var bytes = SizeOf(result);
        lock (_gate)
        {
            _queue.Enqueue(result);
            _queuedBytes += bytes;
            _end = Math.Max(_end, Expected);
            _meanBytes = Math.Max(1, ((_meanBytes * 31) + bytes) / 32);
            _isPaused |= _queuedBytes >= MaxQueuedBytes;
            Wake();
            return _isPaused;
        }
    }

    /// <summary>There is nothing before this offset that has not been taken; it may lie behind what is no message.</summary>
    public void TakeEnd(long end)
    {
        Expected = Math.Max(Expected, end);
        lock (_gate)
        {
            _end = Math.Max(_end, end);
            if (_queue.Count == 0)
            {
                _position = Math.Max(_position, end);
            }

            Wake();
        }
    }

    /// <summary>Nothing more comes: once the queue is empty the owner is told.</summary>
    public void Fail(string why)
    {
        lock (_gate)
        {
            _fault ??= new IOException(why);
            Wake();
        }
    }

    private static long SizeOf(ConsumeResult<byte[], byte[]> result) => (result.Message.Value?.Length ?? 0) + OverheadBytes;

    private void Wake()
    {
        if (_filled.CurrentCount == 0)
        {
            _filled.Release();
        }
    }

    private bool TryDequeue(out ConsumeResult<byte[], byte[]> result)
    {
        bool mayGoOn;
        lock (_gate)
        {
            if (!_queue.TryDequeue(out result!))
            {
                return _fault is null ? false : throw new IOException(_fault.Message, _fault);
            }

            _position = result.Offset.Value + 1;
            _queuedBytes -= SizeOf(result);
            mayGoOn = _isPaused && _queuedBytes <= MaxQueuedBytes / 2;
            _isPaused &= !mayGoOn;
        }

        if (mayGoOn)
        {
            _lease.Resume(this);
        }

        return true;
    }
}
