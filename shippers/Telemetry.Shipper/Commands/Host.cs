using Telemetry.Shipping.Machine;

namespace Telemetry.Shipper.Commands;

/// <summary>What a command gets from the outside.</summary>
/// <param name="Output">Results.</param>
/// <param name="Error">Diagnostics.</param>
/// <param name="Environment">Environment variables.</param>
/// <param name="Machine">What the machine tells about itself.</param>
/// <param name="Time">The clock.</param>
/// <param name="Random">Source of epochs, ids and jitter.</param>
/// <param name="ArgumentBytes">All arguments of the process as they came; empty is unknown.</param>
internal sealed record Host(TextWriter Output, TextWriter Error, IReadOnlyDictionary<string, string> Environment,
    IMachine Machine, TimeProvider Time, Random Random,
    IReadOnlyList<ReadOnlyMemory<byte>> ArgumentBytes);
