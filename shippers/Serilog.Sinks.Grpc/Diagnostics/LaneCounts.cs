namespace Serilog.Sinks.Grpc.Diagnostics;

/// <summary>What became of the events that left the buffer, at one instant.</summary>
/// <param name="Taken">Events that reached the log.</param>
/// <param name="Settled">Events of these that are acknowledged or refused. Never more than were, for the <paramref name="Rejected"/> beside it.</param>
/// <param name="Rejected">Events that the gateway refused.</param>
/// <param name="Connections">Times that a gateway was reached.</param>
/// <param name="Failures">Times that none was, or that a connection ended.</param>
internal readonly record struct LaneCounts(long Taken, long Settled, long Rejected, long Connections, long Failures);
