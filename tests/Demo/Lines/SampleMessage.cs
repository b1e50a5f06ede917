namespace Telemetry.Demo.Lines;

/// <summary>One message of a sample. <paramref name="Level"/> is info, warn or error.</summary>
internal readonly record struct SampleMessage(string Level, string Text);
