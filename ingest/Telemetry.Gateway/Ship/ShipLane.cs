using Microsoft.Extensions.Logging;
using Telemetry.Bus;
using Telemetry.Wire;

namespace Telemetry.Gateway.Ship;

/// <summary>What the calls of one lane share, and share with no other lane. Safe for concurrent use.</summary>
internal sealed class ShipLane
{
    /// <summary>A bus that takes nothing for so long is a problem. A broker that moves a partition is back before.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly RepeatLimit _rejections;
    private readonly RepeatLimit _failures;
    private readonly ILogger _logger;
    private int _openCalls;
    private long _movedAt;
    private volatile string _problem = "";

    public ShipLane(
        Lane lane, IBusWriter bus, GatewayLimits limits, GatewayMetrics metrics, TimeProvider time, ILogger logger)
    {
        Lane = lane;
        Limits = limits;
        Metrics = metrics;
        Time = time;
        Appender = new LaneAppender(lane, bus, limits, time);
        _logger = logger;
        _rejections = new RepeatLimit(time);
        _failures = new RepeatLimit(time);
        metrics.ObservePending(lane, () => Appender.Pending.Used);
    }

    public Lane Lane { get; }

    public GatewayLimits Limits { get; }

    public GatewayMetrics Metrics { get; }

    public TimeProvider Time { get; }

    public LaneAppender Appender { get; }

    public int OpenCalls => Volatile.Read(ref _openCalls);

    /// <summary>Why the last batch could not be made durable, or that batches wait for it; "" while batches become durable.</summary>
    public string Problem =>
        _problem.Length > 0 ? _problem
        : Appender.Pending.Used > 0 && Time.GetElapsedTime(Volatile.Read(ref _movedAt)) >= Patience
            ? $"it has waited for longer than {Patience.TotalSeconds:0} s."
        : "";

    /// <summary>False when the lane has as many calls as it takes.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _openCalls) > Limits.MaxCallsPerLane)
        {
            Interlocked.Decrement(ref _openCalls);
            return false;
        }

        Metrics.CallOpened(Lane);
        return true;
    }

    public void Leave()
    {
        Interlocked.Decrement(ref _openCalls);
        Metrics.CallClosed(Lane);
    }

    /// <summary>A batch is about to wait for the bus.</summary>
    public void Waits()
    {
        if (Appender.Pending.Used == 0)
        {
            Volatile.Write(ref _movedAt, Time.GetTimestamp());
        }
    }

    public void CountRejection(CallIdentity identity, Rejection rejection)
    {
        Metrics.Rejected(Lane, rejection.Reason);
        if (_rejections.TryPass(out var suppressed))
        {
            Log.BatchRejected(_logger, Lane, identity.InstanceId, rejection.Reason, rejection.Detail, suppressed);
        }
    }

    public void CountDurable(int records, long bytes)
    {
        Metrics.Durable(Lane, records, bytes);
        Volatile.Write(ref _movedAt, Time.GetTimestamp());
        _problem = "";
    }

    public void CountFailure(Exception exception)
    {
        Metrics.Failed(Lane);
        _problem = exception.Message;
        if (_failures.TryPass(out var suppressed))
        {
            Log.AppendFailed(_logger, Lane, suppressed, exception);
        }
    }
}
