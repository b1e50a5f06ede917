using Telemetry.Protos.V1;
using Telemetry.Wire;

namespace Telemetry.Shipping.Machine;

/// <summary>Who is shipping: fixed for one run of the shipper.</summary>
/// <param name="Identity">As it goes into Hello and AgentStart.</param>
/// <param name="Agent">This run of the shipper.</param>
internal sealed record LifetimeContext(Identity Identity, Agent Agent)
{
    public LifetimeId Lifetime { get; } = LifetimeId.From(Identity.InstanceId, Identity.BootId);

    public string InstanceId => Identity.InstanceId;

    public string BootId => Identity.BootId;
}
