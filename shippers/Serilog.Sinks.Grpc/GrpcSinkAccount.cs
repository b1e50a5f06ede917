namespace Serilog.Sinks.Grpc;

/// <summary>
/// The account of a sink at one instant: <c>Emitted = Acknowledged + Buffered + Dropped</c>, always.
/// </summary>
public sealed record GrpcSinkAccount
{
    /// <summary>Events that the logger gave to the sink.</summary>
    public long Emitted { get; init; }

    /// <summary>Events that are durable in the bus.</summary>
    public long Acknowledged { get; init; }

    /// <summary>Events that are on their way, in memory or in the buffer's directory.</summary>
    public long Buffered { get; init; }

    /// <summary>Events that found the queue full.</summary>
    public long DroppedQueueFull { get; init; }

    /// <summary>Events that the gateway refused.</summary>
    public long DroppedRejected { get; init; }

    /// <summary>Events that came after the end, or were not acknowledged by then and are kept nowhere.</summary>
    public long DroppedShutdown { get; init; }

    /// <summary>Events that are lost.</summary>
    public long Dropped => DroppedQueueFull + DroppedRejected + DroppedShutdown;

    /// <summary>Events among the others that could not be written as they were.</summary>
    public long Placeholders { get; init; }

    /// <summary>Size of the emitted events as encoded, before compression, bytes.</summary>
    public long EmittedBytes { get; init; }

    /// <summary>Times that a gateway was reached.</summary>
    public long Connections { get; init; }

    /// <summary>Times that none was, or that a connection ended; each is tried again.</summary>
    public long Failures { get; init; }

    internal static GrpcSinkAccount Sum(GrpcSinkAccount a, GrpcSinkAccount b) => new()
    {
        Emitted = a.Emitted + b.Emitted,
        Acknowledged = a.Acknowledged + b.Acknowledged,
        Buffered = a.Buffered + b.Buffered,
        DroppedQueueFull = a.DroppedQueueFull + b.DroppedQueueFull,
        DroppedRejected = a.DroppedRejected + b.DroppedRejected,
        DroppedShutdown = a.DroppedShutdown + b.DroppedShutdown,
        Placeholders = a.Placeholders + b.Placeholders,
        EmittedBytes = a.EmittedBytes + b.EmittedBytes,
        Connections = a.Connections + b.Connections,
        Failures = a.Failures + b.Failures,
    };
}
