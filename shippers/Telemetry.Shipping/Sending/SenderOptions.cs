namespace Telemetry.Shipping.Sending;

/// <summary>How a lane sends.</summary>
internal sealed record SenderOptions
{
    /// <summary>Batches that may be unacknowledged at a time; the gateway may allow fewer.</summary>
    public int WindowBatches { get; init; } = 8;

    /// <summary>Bytes that may be unacknowledged at a time; one batch always may.</summary>
    public int WindowBytes { get; init; } = 4 << 20;

    /// <summary>Without an acknowledgement for so long the connection is given up.</summary>
    public TimeSpan AckTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>What a shipper of this server has accepted is settled; else what is acknowledged, durable off the server.</summary>
    public bool IsAcceptedEnough { get; init; } = true;

    /// <summary>Shortest wait before a reconnect; doubled each time, with jitter.</summary>
    public TimeSpan MinBackoff { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Longest wait before a reconnect.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often the position of the acknowledged is saved.</summary>
    public TimeSpan SaveEvery { get; init; } = TimeSpan.FromMilliseconds(250);
}
