using Telemetry.Protos.V1;

namespace Telemetry.Shipping.Sending;

/// <summary>What an attempt to connect came to.</summary>
/// <param name="Connection">The call, or null.</param>
/// <param name="Welcome">The gateway's limits; null without a connection.</param>
/// <param name="Problem">One sentence when there is no connection.</param>
internal readonly record struct ConnectResult(ILaneConnection? Connection, Welcome? Welcome, string Problem);
