using Telemetry.Wire;

namespace Telemetry.Shipping.Streams;

/// <summary>Names a stream across lifetimes.</summary>
internal readonly record struct StreamKey(LifetimeId Lifetime, StreamId Stream);
