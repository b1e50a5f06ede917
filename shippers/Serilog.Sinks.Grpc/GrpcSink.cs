using Serilog.Core;
using Serilog.Debugging;
using Serilog.Events;
using Serilog.Sinks.Grpc.Buffering;
using Serilog.Sinks.Grpc.Clef;
using Serilog.Sinks.Grpc.Crashes;
using Serilog.Sinks.Grpc.Diagnostics;
using Serilog.Sinks.Grpc.Sending;
using Telemetry.Shipping.Crashes;
using Telemetry.Shipping.Diagnostics;
using Telemetry.Shipping.Sending;
using DiagnosticLog = Telemetry.Shipping.Diagnostics.Log;

namespace Serilog.Sinks.Grpc;

/// <summary>
/// Encodes each event on the thread that logs it, and ships it in the background. <see cref="Emit"/> does not throw, and blocks only
/// for <c>Fatal</c>, within its budget. Any thread.
/// </summary>
internal sealed class GrpcSink : ILogEventSink, IDisposable, IAsyncDisposable
{
    /// <summary>Of one thread, for the sink that used it last; null while it is in use: what a value says of itself may log as well.</summary>
    [ThreadStatic]
    private static ClefWriter? _writerOfThread;

    /// <summary>A save syncs, and <c>Fatal</c> waits for the disk behind it; what is sent again after a kill is found twice by nobody.</summary>
    private static readonly TimeSpan SaveEvery = TimeSpan.FromSeconds(1);

    /// <summary>In memory a save syncs nothing, and what is acknowledged has to make room for what comes.</summary>
    private static readonly TimeSpan MakeRoomEvery = TimeSpan.FromMilliseconds(50);

    /// <summary>For a listener that is told at the end, and may be slow.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(50);

    private readonly BatchedGrpcSinkOptions _options;
    private readonly TimeProvider _time;
    private readonly EventFormat _format;
    private readonly EventBuffer _buffer;
    private readonly SinkAccounting _accounting;
    private readonly Lazy<Task> _end;
    private SinkLanes _lanes = null!;
    private SinkPump _pump = null!;
    private FailureWatch _failures = null!;
    private SinkMeter _meter = null!;
    private CrashHook? _crashes;
    private long _settledInVain = -1;
    private ControlledLevelSwitch? _level;

    /// <summary>Begins to ship.</summary>
    public GrpcSink(BatchedGrpcSinkOptions options, Func<string, string?> variable, TimeProvider time, Random random)
    {
        (_options, _time) = (options, time);
        _format = EventFormat.Of(options);
        _buffer = new EventBuffer(QueueBytes(options), options.QueueLimit);
        _accounting = new SinkAccounting(() => _buffer.Counts, () => _lanes.Counts);
        _end = new Lazy<Task>(BeginEnd);
        OwnWork.Run(() => Begin(ApplicationIdentity.Find(options, variable), random));
        if (options.CaptureCrashes)
        {
            _crashes = new CrashHook(options, _lanes, _pump, e => Add(e), Environment.GetEnvironmentVariable(CrashPipe.Variable), time);
        }
    }

    /// <summary>As <see cref="GrpcSinkAccount"/> says.</summary>
    public GrpcSinkAccount Account => _accounting.Account;

    public void Emit(LogEvent logEvent)
    {
        if (OwnWork.IsHere)
        {
            return;
        }

        if (Add(logEvent) && logEvent.Level == LogEventLevel.Fatal && _options.FatalTimeout > TimeSpan.Zero)
        {
            WaitForFatal();
        }
    }

    /// <summary>
    /// One that waited for room or an acknowledgement in vain is enough until something is acknowledged again: an application that logs many is
    /// not held up by each. The disk is asked each time.
    /// </summary>
    private void WaitForFatal()
    {
        var settled = _lanes.Counts.Settled;
        var isDurable = Interlocked.Read(ref _settledInVain) == settled
            ? _pump.TryMakeDurable(_options.FatalTimeout)
            : _pump.MakeDurable(_options.FatalTimeout);
        Interlocked.Exchange(ref _settledInVain, isDurable ? -1 : settled);
    }

    public void Dispose()
    {
        if (!_end.Value.Wait(_options.ShutdownTimeout))
        {
            GiveUp();
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _end.Value.WaitAsync(_options.ShutdownTimeout, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            GiveUp();
        }
    }

    /// <summary>The application goes on, perhaps to its end: what is left is counted, or in the buffer's directory.</summary>
    private void GiveUp()
    {
        _accounting.End(isKept: _lanes.IsDurable);
        var telling = new Thread(_failures.End) { IsBackground = true };
        telling.Start();
        telling.Join(Grace);
    }

    /// <summary>Without a directory the log of packed events is in memory as well, and counts.</summary>
    private static long QueueBytes(BatchedGrpcSinkOptions options)
    {
        var left = options.QueueBytesLimit - (options.BufferPath is null ? LaneOptions.DefaultMemoryBytes : 0);
        return Math.Max(left, Math.Max(options.QueueBytesLimit / 2, EventChunk.SizeOf(options.EventBodyLimit)));
    }

    private bool Add(LogEvent logEvent)
    {
        var writer = _writerOfThread is { } kept && ReferenceEquals(kept.Format, _format) ? kept : new ClefWriter(_format);
        _writerOfThread = null;
        var isAdded = _buffer.TryAdd(writer.Write(logEvent));
        if (writer.IsPlaceholder)
        {
            _accounting.AddPlaceholder();
        }

        _writerOfThread = writer;
        return isAdded;
    }

    private void Begin(ApplicationIdentity identity, Random random)
    {
        var log = new DiagnosticLog(new SelfLogWriter(), LogLevel.Warn, _time);
        var sender = new SenderOptions { AckTimeout = _options.CallTimeout, SaveEvery = _options.BufferPath is null ? MakeRoomEvery : SaveEvery };
        _lanes = SinkLanes.Open(_options, sender, identity, log, _time, random);
        _level = _options.ControlLevelSwitch is { } controlled ? new ControlledLevelSwitch(controlled, _lanes, _time) : null;
        _pump = new SinkPump(_buffer, _lanes, _options, _time);
        _failures = new FailureWatch(this, _accounting, () => _lanes.Pair.BulkSender.Problem, _options.OnFailure, log, _time);
        _meter = new SinkMeter(_accounting, identity.Workload.Name);
        _options.Diagnostics.Add(_accounting);
    }

    private Task BeginEnd()
    {
        var end = Task.CompletedTask;

        // On a thread of its own: where the application has starved the pool, what is left reaches the buffer's directory all the same.
        OwnWork.Run(() => end = Task.Factory.StartNew(
            EndAsync, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap());
        return end;
    }

    private async Task EndAsync()
    {
        _buffer.Close();
        try
        {
            await _pump.EndAsync(_options.ShutdownTimeout - (_options.ShutdownTimeout / 10)).ConfigureAwait(false);
            _accounting.End(isKept: _lanes.IsDurable);
            _failures.End();
            _meter.Dispose();
            _level?.Dispose();
            _crashes?.Dispose();
        }
#pragma warning disable CA1031 // Logging never throws into the application.
        catch (Exception e)
#pragma warning restore CA1031
        {
            SelfLog.WriteLine("Serilog.Sinks.Grpc did not end in order: {0}", e);
        }
    }
}
