using Telemetry.Wire;

namespace Telemetry.Gateway;

/// <summary>What a gateway is told at its start.</summary>
public sealed record GatewayOptions
{
    /// <summary>Where it listens.</summary>
    public GatewayListenOptions Listen { get; init; } = new();

    /// <summary>Directory of the installation; <c>tokens.json</c> is in it.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Name in Welcome, for the shippers' logs. Default: the host name.</summary>
    public string Name { get; init; } = Environment.MachineName;

    /// <summary>Bounds.</summary>
    public GatewayLimits Limits { get; init; } = new();
}
