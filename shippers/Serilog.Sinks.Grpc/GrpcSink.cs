using Serilog.Core;
using Serilog.Debugging;
using Serilog.Events;
using Serilog.Sinks.Grpc.Buffering;
using Serilog.Sinks.Grpc.Clef;
using Serilog.Sinks.Grpc.Sending;
using Telemetry.Shipping.Sending;

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

    private readonly BatchedGrpcSinkOptions _options;
    private readonly TimeProvider _time;
    private readonly EventLimits _limits;
    private readonly EventBuffer _buffer;
    private readonly SinkPump _pump;
    private readonly Lazy<Task> _end;
    private long _placeholders, _leftBehind;

    public GrpcSink(BatchedGrpcSinkOptions options, Func<string, string?> variable, TimeProvider time, Random random)
    {
        (_options, _time) = (options, time);
        _limits = new EventLimits { EventBytes = options.EventBodyLimit };
        _buffer = new EventBuffer(QueueBytes(options), options.QueueLimit);
        _pump = new SinkPump(_buffer, options, ApplicationIdentity.Find(options, variable), time, random);
        _end = new Lazy<Task>(() => Task.Run(EndAsync));
    }

    /// <summary>As <see cref="GrpcSinkAccount"/> says.</summary>
    public GrpcSinkAccount Account
    {
        get
        {
            // In this order nothing can be acknowledged that was not emitted.
            var (acknowledged, rejected) = _pump.Settled;
            var (emitted, _, dropped) = _buffer.Counts;
            var left = Volatile.Read(ref _leftBehind);
            return new GrpcSinkAccount(
                emitted, acknowledged, emitted - acknowledged - rejected - dropped - left, dropped, rejected, left,
                Volatile.Read(ref _placeholders));
        }
    }

    public void Emit(LogEvent logEvent)
    {
        var writer = _writerOfThread is { } kept && ReferenceEquals(kept.Limits, _limits) ? kept : new ClefWriter(_limits);
        _writerOfThread = null;
        var isAdded = _buffer.TryAdd(writer.Write(logEvent));
        if (writer.IsPlaceholder)
        {
            Interlocked.Increment(ref _placeholders);
        }

        _writerOfThread = writer;
        if (isAdded && logEvent.Level == LogEventLevel.Fatal && _options.FatalTimeout > TimeSpan.Zero)
        {
            WaitDurable();
        }
    }

    public void Dispose()
    {
        _end.Value.Wait(_options.ShutdownTimeout);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _end.Value.WaitAsync(_options.ShutdownTimeout, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The application goes on; what is left is counted, or in the buffer's directory.
        }
    }

    /// <summary>Without a directory the log of packed events is in memory as well, and counts.</summary>
    private static long QueueBytes(BatchedGrpcSinkOptions options)
    {
        var left = options.QueueBytesLimit - (options.BufferPath is null ? LaneOptions.DefaultMemoryBytes : 0);
        return Math.Max(left, Math.Max(options.QueueBytesLimit / 2, EventChunk.SizeOf(options.EventBodyLimit)));
    }

    private void WaitDurable()
    {
        using (ExecutionContext.SuppressFlow())
        {
            _pump.MakeDurableAsync().Wait(_options.FatalTimeout);
        }
    }

    private async Task EndAsync()
    {
        _buffer.Close();
        try
        {
            var isDrained = await _pump.EndAsync(_options.ShutdownTimeout - (_options.ShutdownTimeout / 10)).ConfigureAwait(false);
            if (!isDrained && !_pump.IsDurable)
            {
                Volatile.Write(ref _leftBehind, Account.Buffered);
            }
        }
#pragma warning disable CA1031 // Logging never throws into the application.
        catch (Exception e)
#pragma warning restore CA1031
        {
            SelfLog.WriteLine("Serilog.Sinks.Grpc did not end in order: {0}", e);
        }
    }
}
