using Telemetry.Wire;

namespace Telemetry.Gateway;

/// <summary>
/// Bounds of a gateway. Memory is at most, per lane, <see cref="MaxPendingBytes"/> and for each of
/// <see cref="MaxCallsPerLane"/> one message and one flow-control window. The lanes share nothing, so that a flood of bulk
/// takes no place from a crash.
/// </summary>
public sealed record GatewayLimits
{
    /// <summary>Header plus payload of one batch, bytes. Default and maximum 4 MiB.</summary>
    public int MaxBatchBytes { get; init; } = WireLimits.MaxBatchBytes;

    /// <summary>Content of one batch once decompressed, bytes. Default and maximum 16 MiB.</summary>
    public int MaxRawBytes { get; init; } = WireLimits.MaxRawBytes;

    /// <summary>Batches of one call that may be unacknowledged; then it is not read any further. Default 256.</summary>
    public int MaxUnackedBatches { get; init; } = 256;

    /// <summary>Bytes of one call that may be unacknowledged; then it is not read any further. Default 16 MiB.</summary>
    public int MaxUnackedBytes { get; init; } = 16 << 20;

    /// <summary>Bytes of one lane, over all its calls, that the bus has not made durable. Default 128 MiB.</summary>
    public long MaxPendingBytes { get; init; } = 128L << 20;

    /// <summary>Calls of one lane at a time. Default 1024.</summary>
    public int MaxCallsPerLane { get; init; } = 1024;

    /// <summary>A call that says no Hello in this time is ended. Default 10 s.</summary>
    public TimeSpan HelloTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// A call that sends nothing for so long is ended; a bulk lane may well be quiet for an hour, a peer that vanished is
    /// noticed by HTTP/2 pings within a minute. Default 24 h.
    /// </summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromHours(24);

    /// <summary>A batch that the bus has not made durable in this time ends its call. Default 30 s.</summary>
    public TimeSpan AppendTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A client that takes no answer for so long is dropped. Default 30 s.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(30);

    internal IEnumerable<string> FindProblems()
    {
        if (MaxBatchBytes is < 1 or > WireLimits.MaxBatchBytes)
        {
            yield return $"MaxBatchBytes has to be 1 to {WireLimits.MaxBatchBytes}, not {MaxBatchBytes}.";
        }

        if (MaxRawBytes is < 1 or > WireLimits.MaxRawBytes)
        {
            yield return $"MaxRawBytes has to be 1 to {WireLimits.MaxRawBytes}, not {MaxRawBytes}.";
        }

        if (MaxUnackedBatches < 1 || MaxUnackedBytes < 1 || MaxPendingBytes < 1 || MaxCallsPerLane < 1)
        {
            yield return "The gateway's counts and sizes have to be at least 1.";
        }

        if (HelloTimeout <= TimeSpan.Zero || IdleTimeout <= TimeSpan.Zero || AppendTimeout <= TimeSpan.Zero
            || AnswerTimeout <= TimeSpan.Zero)
        {
            yield return "The gateway's times have to be positive.";
        }
    }
}
