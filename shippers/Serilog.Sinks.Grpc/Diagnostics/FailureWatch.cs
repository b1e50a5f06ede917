using Serilog.Debugging;
using Serilog.Sinks.Grpc.Sending;
using Telemetry.Shipping.Diagnostics;
using DiagnosticLog = Telemetry.Shipping.Diagnostics.Log;

namespace Serilog.Sinks.Grpc.Diagnostics;

/// <summary>
/// Compares the account with what it was, once a second: drops reach <see cref="SelfLog"/>, at first and then once in 10 s, and whoever
/// listens hears of every change. On no thread that logs, so that a listener may log, and may be slow.
/// </summary>
internal sealed class FailureWatch : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly object _sender;
    private readonly SinkAccounting _accounting;
    private readonly Func<string> _problem;
    private readonly Action<GrpcSinkFailure>? _listener;
    private readonly DiagnosticLog _log;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private GrpcSinkAccount _known = new();
    private long _toldDrops, _toldAt;
    private bool _isEnded;

    /// <summary><paramref name="problem"/> says what the last failure was.</summary>
    public FailureWatch(
        object sender, SinkAccounting accounting, Func<string> problem, Action<GrpcSinkFailure>? listener, DiagnosticLog log, TimeProvider time)
    {
        (_sender, _accounting, _problem, _listener, _log, _time) = (sender, accounting, problem, listener, log, time);
        _timer = time.CreateTimer(_ => Look(), null, Every, Every);
    }

    /// <summary>The sink has ended. Told once.</summary>
    public void End()
    {
        if (Interlocked.Exchange(ref _isEnded, true))
        {
            return;
        }

        _timer.Dispose();
        Look();
        var account = _accounting.Account;
        if (account.Buffered > 0)
        {
            Tell(GrpcSinkFailureKind.Final, "The sink has ended; what was not acknowledged is in the buffer's directory.", account.Buffered);
        }
        else if (account.DroppedShutdown > 0)
        {
            _log.Error($"{account.DroppedShutdown} events were dropped: the sink has ended.");
            Tell(GrpcSinkFailureKind.Final, "The sink has ended, and what was not acknowledged is lost.", account.DroppedShutdown);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        GrpcSinkAccount before, now;
        lock (_gate)
        {
            (before, now) = (_known, _accounting.Account);
            _known = now;
            SayDrops(now.DroppedQueueFull);
        }

        if (now.Failures > before.Failures)
        {
            Tell(GrpcSinkFailureKind.Temporary, _problem(), 0);
        }

        if (now.DroppedQueueFull > before.DroppedQueueFull)
        {
            Tell(GrpcSinkFailureKind.Permanent, "The queue is full.", now.DroppedQueueFull - before.DroppedQueueFull);
        }

        if (now.DroppedRejected > before.DroppedRejected)
        {
            Tell(GrpcSinkFailureKind.Permanent, "The gateway refused a batch.", now.DroppedRejected - before.DroppedRejected);
        }
    }

    private void SayDrops(long dropped)
    {
        if (dropped == _toldDrops || (_toldDrops > 0 && _time.GetElapsedTime(_toldAt) < TellEvery))
        {
            return;
        }

        (_toldDrops, _toldAt) = (dropped, _time.GetTimestamp());
        _log.Error($"{dropped} events were dropped so far: the queue is full.");
    }

    private void Tell(GrpcSinkFailureKind kind, string message, long events)
    {
        try
        {
            if (_listener is { } listener)
            {
                OwnWork.Leave(() => listener(new GrpcSinkFailure(_sender, kind, message, events)));
            }
        }
#pragma warning disable CA1031 // A listener of the application costs nothing but what it does not hear.
        catch (Exception e)
#pragma warning restore CA1031
        {
            SelfLog.WriteLine("A listener for failures of Serilog.Sinks.Grpc failed: {0}", e);
        }
    }
}
