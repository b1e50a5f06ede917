namespace Telemetry.Store.Elasticsearch.Writing;

/// <summary>
/// How many bytes may be under way, and in one request. More by a step with each request that went well, half of it when the server
/// pushes back (429), is slow, or finds a request too large (413). Thread-safe.
/// </summary>
internal sealed class FlowWindow(ElasticWriterOptions options, TimeProvider time)
{
    private const int StepsToFull = 16;
    private readonly Lock _gate = new();
    private readonly Queue<(long Bytes, TaskCompletionSource Turn)> _waiting = new();
    private readonly long _most = (long)options.MaxRequestBytes * options.Senders;
    private long _limit = (long)options.MaxRequestBytes * options.Senders;
    private long _largest = options.MaxRequestBytes;
    private int _requestBytes = options.MaxRequestBytes;
    private long _used, _shrunkAt = long.MinValue;

    /// <summary>Bytes under way.</summary>
    public long Used
    {
        get
        {
            lock (_gate)
            {
                return _used;
            }
        }
    }

    /// <summary>Bytes that may be under way.</summary>
    public long Limit
    {
        get
        {
            lock (_gate)
            {
                return _limit;
            }
        }
    }

    /// <summary>Bytes at which a request is full. Asked for each document.</summary>
    public int RequestBytes => Volatile.Read(ref _requestBytes);

    /// <summary>Completes when so many bytes may be sent; one request always may.</summary>
    public Task EnterAsync(long bytes)
    {
        lock (_gate)
        {
            if (_waiting.Count == 0 && Fits(bytes))
            {
                _used += bytes;
                return Task.CompletedTask;
            }

            var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue((bytes, turn));
            return turn.Task;
        }
    }

    /// <summary>The request is over.</summary>
    public void Leave(long bytes)
    {
        lock (_gate)
        {
            _used -= bytes;
            while (_waiting.TryPeek(out var next) && Fits(next.Bytes))
            {
                _used += _waiting.Dequeue().Bytes;
                next.Turn.SetResult();
            }
        }
    }

    /// <summary>A request sent then went well.</summary>
    public void Went(long sentAt)
    {
        if (time.GetElapsedTime(sentAt) > options.SlowAfter)
        {
            PushedBack(sentAt);
            return;
        }

        lock (_gate)
        {
            _limit = Math.Min(_most, _limit + _most / StepsToFull);
            // Slowly: a limit of the server's does not go away.
            _largest = Math.Min(options.MaxRequestBytes, _largest + options.MaxRequestBytes / 256);
            SetRequestBytes();
        }
    }

    /// <summary>The server pushed back. What was sent before the last time says nothing new.</summary>
    public void PushedBack(long sentAt)
    {
        lock (_gate)
        {
            if (sentAt >= _shrunkAt)
            {
                _limit = Math.Max(options.MinRequestBytes, _limit / 2);
                _shrunkAt = time.GetTimestamp();
                SetRequestBytes();
            }
        }
    }

    /// <summary>A request of so many bytes was too large.</summary>
    public void TooLarge(long bytes)
    {
        lock (_gate)
        {
            _largest = Math.Max(options.MinRequestBytes, Math.Min(_largest, bytes / 2));
            SetRequestBytes();
        }
    }

    private void SetRequestBytes() =>
        Volatile.Write(ref _requestBytes, (int)Math.Max(options.MinRequestBytes, Math.Min(_largest, _limit)));

    private bool Fits(long bytes) => _used == 0 || _used + bytes <= _limit;
}
