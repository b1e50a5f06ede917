using Serilog.Sinks.Grpc.Buffering;

namespace Serilog.Sinks.Grpc.Diagnostics;

/// <summary>Puts together the account of one sink from those who count. After the end it holds nothing but numbers. Any thread.</summary>
internal sealed class SinkAccounting(Func<BufferCounts> buffer, Func<LaneCounts> lanes)
{
    private readonly Lock _gate = new();
    private Func<LaneCounts>? _lanes = lanes;
    private LaneCounts _last;
    private long _acknowledged, _leftBehind, _placeholders;

    public GrpcSinkAccount Account
    {
        get
        {
            lock (_gate)
            {
                // In this order nothing can be settled that was not emitted.
                _last = _lanes?.Invoke() ?? _last;
                var counts = buffer();

                // A refusal is known before it is settled; what was acknowledged stays so meanwhile.
                _acknowledged = Math.Max(_acknowledged, _last.Settled - _last.Rejected);
                var shutdown = counts.DroppedClosed + _leftBehind;
                return new GrpcSinkAccount
                {
                    Emitted = counts.Emitted,
                    Acknowledged = _acknowledged,
                    Buffered = counts.Emitted - _acknowledged - _last.Rejected - counts.DroppedFull - shutdown,
                    DroppedQueueFull = counts.DroppedFull,
                    DroppedRejected = _last.Rejected,
                    DroppedShutdown = shutdown,
                    Placeholders = Volatile.Read(ref _placeholders),
                    EmittedBytes = counts.EmittedBytes,
                    Connections = _last.Connections,
                    Failures = _last.Failures,
                };
            }
        }
    }

    public void AddPlaceholder() => Interlocked.Increment(ref _placeholders);

    /// <summary>Nothing is settled any more. What did not arrive is lost, but for what <paramref name="isKept"/> in the log's directory. Once.</summary>
    public void End(bool isKept)
    {
        lock (_gate)
        {
            if (_lanes is null)
            {
                return;
            }

            var account = Account;
            _leftBehind = isKept ? account.Emitted - account.DroppedQueueFull - account.DroppedShutdown - _last.Taken : account.Buffered;
            _lanes = null;
        }
    }
}
