using Telemetry.Wire;

namespace Telemetry.Gateway.Ship;

/// <summary>Who ships in a call, as far as it was proved, and what it may ship.</summary>
/// <param name="Lane">Lane of the call.</param>
/// <param name="InstanceId">The instance.</param>
/// <param name="Tenant">Whose data it is; "" is none.</param>
/// <param name="Lifetimes">Lifetimes of the instance: the one that runs and those it still has records of.</param>
internal sealed record CallIdentity(Lane Lane, string InstanceId, string Tenant, IReadOnlySet<LifetimeId> Lifetimes);
