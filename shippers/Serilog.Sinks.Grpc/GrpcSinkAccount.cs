namespace Serilog.Sinks.Grpc;

/// <summary>
/// The account of a sink at one instant: <c>Emitted = Acknowledged + Buffered + Dropped</c>, always.
/// </summary>
/// <param name="Emitted">Events that the logger gave to the sink.</param>
/// <param name="Acknowledged">Events that are durable in the bus.</param>
/// <param name="Buffered">Events that are on their way, in memory or in the buffer's directory.</param>
/// <param name="DroppedQueueFull">Events that found the queue full.</param>
/// <param name="DroppedRejected">Events that the gateway refused.</param>
/// <param name="DroppedShutdown">Events that came after the end, or were not acknowledged by then and are kept nowhere.</param>
/// <param name="Placeholders">Events among the others that could not be written as they were.</param>
public sealed record GrpcSinkAccount(
    long Emitted,
    long Acknowledged,
    long Buffered,
    long DroppedQueueFull,
    long DroppedRejected,
    long DroppedShutdown,
    long Placeholders)
{
    /// <summary>Events that are lost.</summary>
    public long Dropped => DroppedQueueFull + DroppedRejected + DroppedShutdown;
}
