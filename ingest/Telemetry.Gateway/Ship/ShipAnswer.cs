using Telemetry.Protos.V1;

namespace Telemetry.Gateway.Ship;

/// <summary>An answer that is due: a cumulative ack through a batch, or that batch's rejection.</summary>
internal readonly record struct ShipAnswer(ulong Number, Rejection? Rejection);

/// <summary>Why a batch is refused for good; <paramref name="Detail"/> is one sentence without its content.</summary>
internal sealed record Rejection(RejectReason Reason, string Detail);
