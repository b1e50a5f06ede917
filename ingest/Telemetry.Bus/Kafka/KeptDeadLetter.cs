namespace Telemetry.Bus.Kafka;

/// <summary>A dead letter as the bus keeps it.</summary>
/// <param name="Id">What it is called; the same entry, record and document have the same id.</param>
/// <param name="Letter">What was kept.</param>
/// <param name="Size">Bytes before they were cut to what a message may hold.</param>
/// <param name="At">When it was committed, the broker's time.</param>
public sealed record KeptDeadLetter(string Id, DeadLetter Letter, long Size, DateTimeOffset At);
