namespace Telemetry.EndToEnd.Tests.Chaos.Engines;

/// <summary>A document of the data streams, as far as the checker looks at it.</summary>
internal readonly record struct StoredLine(string Id, string Index, string Stream, string Epoch, long Sequence, string Text);
