namespace Telemetry.Spool;

/// <summary>A segment of a log, for those who decide what to trim.</summary>
/// <param name="Start">Position of its beginning.</param>
/// <param name="End">Position at which its frames end; what follows is in the next segment.</param>
/// <param name="Bytes">What it takes on disk.</param>
/// <param name="Since">When its first frame was about to be written; all frames of the segment before it are older.</param>
public readonly record struct SpoolSegment(SpoolPosition Start, SpoolPosition End, long Bytes, DateTimeOffset Since);
