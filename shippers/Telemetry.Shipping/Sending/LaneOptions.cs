namespace Telemetry.Shipping.Sending;

/// <summary>How both lanes keep and send.</summary>
internal sealed record LaneOptions
{
    /// <summary>Of <see cref="MemoryBytes"/>.</summary>
    public const long DefaultMemoryBytes = 4 << 20;

    public required GatewayOptions Gateway { get; init; }

    public required SenderOptions Sender { get; init; }

    /// <summary>Most disk for what cannot be read again, bytes.</summary>
    public long SpoolBytes { get; init; }

    /// <summary>Most memory of each log where there is no disk for it, bytes.</summary>
    public long MemoryBytes { get; init; } = DefaultMemoryBytes;
}
