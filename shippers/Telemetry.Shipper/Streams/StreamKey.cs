using Telemetry.Wire;

namespace Telemetry.Shipper.Streams;

/// <summary>Names a stream across lifetimes.</summary>
internal readonly record struct StreamKey(LifetimeId Lifetime, StreamId Stream);
