namespace Telemetry.Bus;

/// <summary>A dead letter as it is kept.</summary>
/// <param name="Id">What it is called, a <see cref="DeadLetterId"/> as text.</param>
/// <param name="Letter">What was kept.</param>
/// <param name="Size">Bytes before they were cut to what can be kept.</param>
/// <param name="At">When it was kept.</param>
public sealed record KeptDeadLetter(string Id, DeadLetter Letter, long Size, DateTimeOffset At);
