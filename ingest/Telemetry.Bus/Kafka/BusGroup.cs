using Telemetry.Wire;

namespace Telemetry.Bus.Kafka;

/// <summary>A consumer group.</summary>
/// <param name="Lane">The lane it reads.</param>
/// <param name="Name">Its name.</param>
/// <param name="State">As the brokers call it, as "Stable" or "Empty".</param>
/// <param name="Members">How many.</param>
public sealed record BusGroup(Lane Lane, string Name, string State, int Members);
