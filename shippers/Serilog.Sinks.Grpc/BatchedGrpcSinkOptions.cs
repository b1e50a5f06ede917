using Serilog.Core;

namespace Serilog.Sinks.Grpc;

/// <summary>How events wait.</summary>
public sealed class BatchedGrpcSinkOptions : GrpcSinkOptions
{
    private string? _bufferPath;

    /// <summary>
    /// Directory in which events wait that are not acknowledged, so that they survive the process. Several processes may share it, and ship
    /// what those left that have died. Default is memory, which serves as well where the directory cannot be used, and SelfLog says so.
    /// </summary>
    public string? BufferPath
    {
        get => _bufferPath;
        set => _bufferPath = string.IsNullOrWhiteSpace(value) ? null : value.Trim();
    }

    /// <summary>Most disk below <see cref="BufferPath"/> for one process, bytes. Default 64 MiB.</summary>
    public long BufferSizeLimit { get; set; } = 64 << 20;

    /// <summary>Most events in a batch. Default 1,000.</summary>
    public int BatchSizeLimit { get; set; } = 1000;

    /// <summary>Content of a batch, bytes before compression; less where it has less room to wait. Default 1 MiB.</summary>
    public int BatchBytesLimit { get; set; } = 1 << 20;

    /// <summary>How long an event waits for a batch to fill. Default 200 ms.</summary>
    public TimeSpan BufferingTimeLimit { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Most events in memory that are not packed into batches yet. Default 100,000.</summary>
    public int QueueLimit { get; set; } = 100_000;

    /// <summary>Most memory for events, bytes, what waits packed for the gateway included. Default 16 MiB.</summary>
    public long QueueBytesLimit { get; set; } = 16 << 20;

    /// <summary>
    /// An event of level <c>Fatal</c> is durable, in <see cref="BufferPath"/> or acknowledged, before <c>Emit</c> returns, or so long has
    /// passed. After one that waited for an acknowledgement in vain the next do not, until something is acknowledged again. Zero does not
    /// wait. Default 2 s.
    /// </summary>
    public TimeSpan FatalTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Everything of the end, from the last event to the last acknowledgement. Default 5 s.</summary>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Told of each failure, at most once a second for each kind, on no thread that logs. What it logs is taken; what it throws reaches SelfLog.
    /// Default is nobody.
    /// </summary>
    public Action<GrpcSinkFailure>? OnFailure { get; set; }

    /// <summary>
    /// Moved by <c>telemetry level set</c> where the gateway is, for as long as said there; it is the sink's <see cref="GrpcSinkOptions.LevelSwitch"/>
    /// as well unless that is set. Events that the logger drops before it asks its sinks are not had by it: <c>MinimumLevel.ControlledBy</c> takes
    /// the same switch. Default none.
    /// </summary>
    public LoggingLevelSwitch? ControlLevelSwitch { get; set; }

    internal LoggingLevelSwitch? EffectiveLevelSwitch => LevelSwitch ?? ControlLevelSwitch;

    /// <summary>
    /// An unhandled exception is shipped as a crash, and last words are sent at the end of the process and on SIGTERM, within
    /// <see cref="ShutdownTimeout"/>. Default true.
    /// </summary>
    public bool CaptureCrashes { get; set; } = true;
}
