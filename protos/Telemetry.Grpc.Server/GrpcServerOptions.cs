namespace Telemetry.Grpc.Server;

/// <summary>Bounds of all calls of a <see cref="GrpcEndpoints"/>.</summary>
public sealed record GrpcServerOptions
{
    /// <summary>Largest message taken, bytes; compared before anything is awaited or allocated for it. Default 4 MiB.</summary>
    public int MaxReceiveBytes { get; init; } = 4 << 20;

    /// <summary>A unary call lasts at most so long, whatever deadline its client set or did not set. Default 30 s.</summary>
    public TimeSpan MaxUnaryTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// After a final status, so long is read and discarded what a client still sends, so that it sees the status and not a
    /// reset. Default 1 s; at most 1 MiB.
    /// </summary>
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A handler that does not return within this time of its deadline is answered for. Default 100 ms.</summary>
    public TimeSpan DeadlineGrace { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Clock of the deadlines.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
