using Serilog.Core;
using Serilog.Debugging;
using Serilog.Events;
using Telemetry.Protos.V1;
using Telemetry.Shipping;
using Telemetry.Wire;

namespace Serilog.Sinks.Grpc.Sending;

/// <summary>
/// Moves a switch of the application's to the level that the gateway asks for its service, and back when that ends; each move is noted in the
/// lifetime. Any thread.
/// </summary>
internal sealed class ControlledLevelSwitch : IDisposable
{
    private readonly Lock _gate = new();
    private readonly LoggingLevelSwitch _switch;
    private readonly SinkLanes _lanes;
    private readonly TimeProvider _time;
    private readonly ITimer _expiry;
    private LogEventLevel? _own;
    private bool _isEnded;

    /// <param name="controlled">The switch; at its own level now.</param>
    /// <param name="lanes">Hear of what is asked, and note what was done.</param>
    /// <param name="time">Clock.</param>
    public ControlledLevelSwitch(LoggingLevelSwitch controlled, SinkLanes lanes, TimeProvider time)
    {
        (_switch, _lanes, _time) = (controlled, lanes, time);
        _expiry = time.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        lanes.Pair.Levels.Replaced += Look;
    }

    /// <summary>Leaves the switch at its own level.</summary>
    public void Dispose()
    {
        _lanes.Pair.Levels.Replaced -= Look;
        _expiry.Dispose();
        lock (_gate)
        {
            _isEnded = true;
            if (_own is { } own)
            {
                Move(own);
            }
        }
    }

    private void Look()
    {
        lock (_gate)
        {
            if (_isEnded)
            {
                return;
            }

            if (_lanes.Pair.Levels.Find(_lanes.Identity.Workload.Name) is { } asked && Enum.TryParse<LogEventLevel>(asked.Level, out var level)
                && Enum.IsDefined(level))
            {
                _own ??= _switch.MinimumLevel;
                _expiry.Change(asked.For, Timeout.InfiniteTimeSpan);
                Note(level, (_time.GetUtcNow() + asked.For).ToUnixMicroseconds());
            }
            else if (_own is { } own)
            {
                _own = null;
                Note(own, 0);
            }
        }
    }

    private void Note(LogEventLevel level, long untilUnixUs)
    {
        if (_switch.MinimumLevel != level)
        {
            Move(level);
            _lanes.Pair.Recorder.Write(RecordKind.LevelChange, new LevelChange
            {
                WorkloadId = _lanes.Identity.Workload.Id,
                Level = level.ToString(),
                UntilUnixUs = untilUnixUs,
            });
        }
    }

    /// <summary>Whoever listens to the switch is the application: what it logs is taken, what it throws is not ours.</summary>
    private void Move(LogEventLevel level)
    {
        try
        {
            OwnWork.Leave(() => _switch.MinimumLevel = level);
        }
#pragma warning disable CA1031 // A listener of the application costs nothing but what it does not hear.
        catch (Exception e)
#pragma warning restore CA1031
        {
            SelfLog.WriteLine("A listener to the controlled level switch failed: {0}", e);
        }
    }
}
