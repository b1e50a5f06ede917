using System.Diagnostics.Metrics;
using Telemetry.Wire;

namespace Telemetry.Store.Elasticsearch.Writing;

/// <summary>
/// Writes the documents of one lane to Elasticsearch, for all partitions that this process owns: they fill one request together, which is
/// sent when it is full, when a commit waits, or after a short time, by a few senders. Nothing is dropped while the store is
/// away; memory has a limit, at which <see cref="IDocumentWriter.WaitForRoomAsync"/> waits. Thread-safe.
/// </summary>
/// <remarks>
/// Threads: writers append under one lock, each document whole; a chunk that is sealed belongs to one sender until its last document is
/// settled, then it is used again.
/// </remarks>
public sealed class ElasticBulkPool : IAsyncDisposable
{
    private readonly ElasticWriterOptions _options;
    private readonly TimeProvider _time;
    private readonly BulkEncoder _encoder;
    private readonly FlowWindow _window;
    private readonly WriteIndexes _known = new();
    private readonly Lock _gate = new();
    private readonly Queue<BulkChunk> _ready = new();
    private readonly Stack<BulkChunk> _free = new();
    private readonly SemaphoreSlim _work = new(0);
    private readonly CancellationTokenSource _closing = new();
    private readonly ITimer _clock;
    private readonly Task[] _senders;
    private BulkChunk _filling;
    private TaskCompletionSource? _room;
    private bool _isFlushWanted, _isClosed;
    private long _held;
    private int _busy;

    /// <summary>Starts the senders; nothing is asked of the server before there is something to send.</summary>
    /// <param name="client">The cluster; not disposed with the pool.</param>
    /// <param name="options">Limits.</param>
    /// <param name="lane">Names the metrics.</param>
    /// <param name="meter">Where they go; see <see cref="MeterName"/>.</param>
    /// <param name="tell">Told what to log; any thread.</param>
    /// <param name="time">Clock of pauses.</param>
    /// <param name="random">Jitter.</param>
    /// <exception cref="ArgumentException">The options are wrong.</exception>
    public ElasticBulkPool(
        ElasticClient client, ElasticWriterOptions options, Lane lane, Meter meter, Action<ElasticNotice> tell,
        TimeProvider? time = null, Random? random = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(meter);
        ArgumentNullException.ThrowIfNull(tell);
        if (options.Problems() is { Count: > 0 } problems)
        {
            throw new ArgumentException(string.Join("; ", problems), nameof(options));
        }

        (_options, _time) = (options, time ?? TimeProvider.System);
        var names = new DataStreamNames(client.Options.Namespace);
        _encoder = new BulkEncoder(names);
        _window = new FlowWindow(options, _time);
        _filling = NewChunk();
        var metrics = new ElasticWriterMetrics(
            meter, lane, () => Volatile.Read(ref _held), () => _window.Used, () => Volatile.Read(ref _busy));
        var notices = new Notices(tell, _time);
        var copies = new Copies(client, names);
        var durability = new Durability(copies, metrics, notices);
        var delivery = new Delivery(
            client, names, options, _window, _known,
            new RolloverCheck(copies, durability, _known, metrics, notices), durability, metrics, notices, _time, random ?? Random.Shared);
        _clock = _time.CreateTimer(_ => FlushIfDue(), null, options.FlushAfter / 2, options.FlushAfter / 2);
        _senders = [.. Enumerable.Range(0, options.Senders).Select(_ => Task.Run(() => RunAsync(new BulkSender(delivery))))];
    }

    /// <summary>Name for the meter.</summary>
    public static string MeterName => ElasticWriterMetrics.MeterName;

    /// <summary>Bytes of documents held, waiting or under way.</summary>
    public long HeldBytes => Volatile.Read(ref _held);

    /// <summary>The writer of one partition. Thread-safe, as far as each writer is used by one thread.</summary>
    public IDocumentWriter OpenWriter(WriterOpening opening) => new ElasticDocumentWriter(this, opening);

    /// <summary>Stops the senders. What is not stored fails the commits that wait for it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _clock.DisposeAsync();
        await Task.WhenAll(_senders);
        lock (_gate)
        {
            _isClosed = true;
            _ready.Enqueue(_filling);
            foreach (var chunk in _ready)
            {
                chunk.Fail(Closed());
            }

            _ready.Clear();
        }

        _closing.Dispose();
    }

    internal BackingIndex?[] KnownOr(BackingIndex?[] marks) => _known.Or(marks);

    internal void Add(Document document, in BulkItem origin, BackingIndex?[] marks)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                origin.Scope.Fail(Closed());
                return;
            }

            var bytes = _filling.Add(_encoder, document, origin, marks, _filling.Count == 0 ? _time.GetTimestamp() : 0);
            origin.Scope.Add();
            origin.Scope.Bytes += bytes;
            Volatile.Write(ref _held, _held + bytes);
            if (_filling.Bytes >= _window.RequestBytes)
            {
                Seal();
            }
        }
    }

    /// <summary>Sends what is there as soon as a sender is free.</summary>
    internal void Flush()
    {
        lock (_gate)
        {
            if (_filling.Count == 0 || _isClosed)
            {
                return;
            }

            _isFlushWanted = true;
            Wake();
        }
    }

    internal bool HasRoom => Volatile.Read(ref _held) < _options.MaxHeldBytes;

    /// <summary>Completes at the next chance that there is room.</summary>
    internal Task NextRoomAsync()
    {
        lock (_gate)
        {
            if (HasRoom)
            {
                return Task.CompletedTask;
            }

            return (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    private async Task RunAsync(BulkSender sender)
    {
        try
        {
            while (true)
            {
                await _work.WaitAsync(_closing.Token);
                while (!_closing.IsCancellationRequested && Take() is { } chunk)
                {
                    Interlocked.Increment(ref _busy);
                    await sender.DeliverAsync(chunk, _closing.Token);
                    Interlocked.Decrement(ref _busy);
                    Recycle(chunk);
                }
            }
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            // The pool is disposed.
        }
    }

    private BulkChunk? Take()
    {
        lock (_gate)
        {
            if (_ready.Count == 0 && _isFlushWanted)
            {
                Seal();
            }

            return _ready.TryDequeue(out var chunk) ? chunk : null;
        }
    }

    private void Seal()
    {
        _isFlushWanted = false;
        _ready.Enqueue(_filling);
        _filling = _free.TryPop(out var free) ? free : NewChunk();
        Wake();
    }

    // Each sender looks for more before it waits again, so that one call each is enough.
    private void Wake()
    {
        if (_work.CurrentCount < _options.Senders)
        {
            _work.Release();
        }
    }

    private void FlushIfDue()
    {
        lock (_gate)
        {
            if (_filling.Count > 0 && _time.GetElapsedTime(_filling.Since) >= _options.FlushAfter / 2
                && !_closing.IsCancellationRequested)
            {
                _isFlushWanted = true;
                Wake();
            }
        }
    }

    private void Recycle(BulkChunk chunk)
    {
        TaskCompletionSource? room;
        lock (_gate)
        {
            Volatile.Write(ref _held, _held - chunk.Held);
            chunk.Clear();
            // One that grew for a huge document, or more of them than are under way at once, is not kept.
            if (chunk.Capacity <= 2 * FirstCapacity && _free.Count <= _options.Senders)
            {
                _free.Push(chunk);
            }

            (room, _room) = (_room, null);
        }

        room?.SetResult();
    }

    private static IOException Closed() => new("The store was closed before all was stored.");

    private int FirstCapacity => _options.MaxRequestBytes + (256 << 10);

    private BulkChunk NewChunk() => new(FirstCapacity);
}
