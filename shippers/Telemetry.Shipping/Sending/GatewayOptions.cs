using Telemetry.Grpc;

namespace Telemetry.Shipping.Sending;

/// <summary>Where the gateways are and how to be let in.</summary>
internal sealed record GatewayOptions
{
    /// <summary>Tried in turn.</summary>
    public IReadOnlyList<Uri> Addresses { get; init; } = [];

    /// <summary>Which of them is tried first; null is any, so that servers spread over them.</summary>
    public int? First { get; init; }

    /// <summary>Asked before each call, so that a token can be changed without a restart; null is none.</summary>
    public Func<string?>? Token { get; init; }

    /// <summary>PEM file with the only roots to trust, read again after each attempt that failed; null trusts those of the machine.</summary>
    public string? CaFile { get; init; }

    /// <summary>A gateway with TLS is reached through the proxy that the environment names (HTTPS_PROXY, NO_PROXY).</summary>
    public bool UsesProxy { get; init; }

    /// <summary>What each call wants, headers for one.</summary>
    public GrpcCallOptions Call { get; init; } = GrpcCallOptions.Default;

    /// <summary>Bound on connecting, Hello and Welcome together.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
