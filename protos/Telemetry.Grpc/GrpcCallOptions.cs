namespace Telemetry.Grpc;

/// <summary>What one call wants.</summary>
public sealed record GrpcCallOptions
{
    /// <summary>No deadline, no metadata.</summary>
    public static readonly GrpcCallOptions Default = new();

    /// <summary>
    /// The call ends with <see cref="StatusCode.DeadlineExceeded"/> after this time, whatever the server does; null is never,
    /// for calls that stay open.
    /// </summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Sent with the call; not changed afterwards.</summary>
    public Metadata? Headers { get; init; }
}
