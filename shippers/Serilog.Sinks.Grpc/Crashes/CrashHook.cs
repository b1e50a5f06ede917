using System.Diagnostics;
using System.Runtime.InteropServices;
using Serilog.Debugging;
using Serilog.Events;
using Serilog.Parsing;
using Serilog.Sinks.Grpc.Sending;
using Telemetry.Shipping.Crashes;

namespace Serilog.Sinks.Grpc.Crashes;

/// <summary>
/// Sends last words when the process is about to end, within a budget, and leaves the sink as it is: others may log after it. Whichever of a
/// process's sinks hears of the end first acts for all of them, at the same time: their budgets do not add up. Where no managed code runs
/// any more, a stack overflow for one, only what was durable before arrives.
/// </summary>
internal sealed class CrashHook : IDisposable
{
    private static readonly Lock _gate = new();
    private static readonly List<CrashHook> _live = [];
    private static readonly HashSet<string> _told = [];
    private static readonly MessageTemplate _unobserved = new MessageTemplateParser().Parse("Nobody observed what a task has thrown");
    private static object? _thrown;
    private static object? _end;

    private readonly BatchedGrpcSinkOptions _options;
    private readonly SinkLanes _lanes;
    private readonly SinkPump _pump;
    private readonly Action<LogEvent> _emit;
    private readonly string? _crashPipe;
    private readonly TimeProvider _time;
    private readonly PosixSignalRegistration? _terminate;

    /// <summary>Listens until disposed. <paramref name="emit"/> takes an event of the sink's own.</summary>
    public CrashHook(BatchedGrpcSinkOptions options, SinkLanes lanes, SinkPump pump, Action<LogEvent> emit, string? crashPipe, TimeProvider time)
    {
        (_options, _lanes, _pump, _emit, _crashPipe, _time) = (options, lanes, pump, emit, crashPipe, time);
        AppDomain.CurrentDomain.UnhandledException += OnUnhandledException;
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
        TaskScheduler.UnobservedTaskException += OnUnobservedTaskException;
        _terminate = RegisterTerminate();
        lock (_gate)
        {
            _live.Add(this);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _live.Remove(this);
        }

        AppDomain.CurrentDomain.UnhandledException -= OnUnhandledException;
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        TaskScheduler.UnobservedTaskException -= OnUnobservedTaskException;
        _terminate?.Dispose();
    }

    /// <summary>Each on a thread of its own: the thread that hears of the end may be of the pool, and starve it.</summary>
    private static void RunAll(List<CrashHook> hooks, Func<CrashHook, TimeSpan> budgetOf, Action<CrashHook, TimeSpan> run)
    {
        var threads = hooks.ConvertAll(hook =>
        {
            var thread = new Thread(() => OwnWork.Run(() => TryRun(hook, budgetOf(hook), run))) { IsBackground = true };
            thread.UnsafeStart();
            return thread;
        });
        var begun = Stopwatch.GetTimestamp();
        foreach (var (hook, thread) in hooks.Zip(threads))
        {
            var left = budgetOf(hook) - Stopwatch.GetElapsedTime(begun);
            thread.Join(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        }
    }

    private static void TryRun(CrashHook hook, TimeSpan budget, Action<CrashHook, TimeSpan> run)
    {
        try
        {
            run(hook, budget);
        }
#pragma warning disable CA1031 // The application ends for a reason of its own; this is not to hide it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            SelfLog.WriteLine("Serilog.Sinks.Grpc could not send the last words: {0}", e);
        }
    }

    /// <summary>Those who have to act on an end, a signal or what was thrown; none when that has begun.</summary>
    private static List<CrashHook> TakeEnd(object end)
    {
        lock (_gate)
        {
            if (ReferenceEquals(_end, end))
            {
                return [];
            }

            _end = end;
            return [.. _live];
        }
    }

    private static PosixSignalRegistration? RegisterTerminate()
    {
        try
        {
            return PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnTerminate);
        }
        catch (PlatformNotSupportedException)
        {
            return null;
        }
    }

    private static void OnUnhandledException(object sender, UnhandledExceptionEventArgs args)
    {
        if (args.IsTerminating)
        {
            var thrown = args.ExceptionObject;
            RunAll(TakeEnd(thrown), hook => hook._options.ShutdownTimeout, (hook, budget) => hook.TellWithin(thrown, budget));
        }
    }

    private static void OnProcessExit(object? sender, EventArgs args) =>
        RunAll(TakeEnd(AppDomain.CurrentDomain), hook => hook._options.ShutdownTimeout, (hook, budget) => hook._pump.MakeDurable(budget));

    /// <summary>
    /// Not cancelled: whoever handles the signal as well does what it would do, or the process ends; since .NET 10 it does so without
    /// <see cref="AppDomain.ProcessExit"/>. It is a fifth of the budget at most that the others may have to wait for.
    /// </summary>
    private static void OnTerminate(PosixSignalContext context) => RunAll(
        TakeEnd(context), hook => context.Cancel ? TimeSpan.Zero : hook._options.ShutdownTimeout / 5, (hook, budget) => hook._pump.MakeDurable(budget));

    private void OnUnobservedTaskException(object? sender, UnobservedTaskExceptionEventArgs args)
    {
        if ((_options.EffectiveLevelSwitch?.MinimumLevel ?? _options.RestrictedToMinimumLevel) > LogEventLevel.Error)
        {
            return;
        }

        _emit(new LogEvent(_time.GetLocalNow(), LogEventLevel.Error, args.Exception, _unobserved, []));

        // Not waited for: the thread is the finalizer's.
        _pump.MakeDurableAsync();
    }

    private void TellWithin(object thrown, TimeSpan atMost)
    {
        var begun = _time.GetTimestamp();
        if (TakeTurn(thrown))
        {
            _lanes.Pair.Recorder.WriteCrashAsync(CrashOfProcess.Of(thrown, _lanes.Identity, _time)).AsTask().Wait(atMost);
        }

        var left = atMost - _time.GetElapsedTime(begun);
        _pump.MakeDurable(left > TimeSpan.Zero ? left : TimeSpan.Zero);
    }

    /// <summary>
    /// True when this sink is to tell the crash. One crash is told once: by the shipper that runs the process when there is one, with what this one knows; else once
    /// to each gateway by whichever sink is first.
    /// </summary>
    private bool TakeTurn(object thrown)
    {
        const string shipper = "";
        lock (_gate)
        {
            if (!ReferenceEquals(_thrown, thrown))
            {
                _thrown = thrown;
                _told.Clear();
            }

            if (_told.Contains(shipper) || CrashPipe.TryWrite(_crashPipe, CrashOfProcess.Of(thrown, _lanes.Identity, _time)))
            {
                _told.Add(shipper);
                return false;
            }

            return _told.Add(_options.EffectiveEndpoint);
        }
    }
}
