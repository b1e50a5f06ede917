namespace Serilog.Sinks.Grpc;

/// <summary>
/// Something that kept events from arriving: the arguments of Serilog 4's <c>ILoggingFailureListener.OnLoggingFailed</c>, with a number in the
/// place of the events, which are encoded and no objects any more.
/// </summary>
/// <param name="Sender">The sink.</param>
/// <param name="Kind">What it means.</param>
/// <param name="Message">A sentence; no payload, no secret.</param>
/// <param name="Events">How many events are concerned; 0 is none so far.</param>
public sealed record GrpcSinkFailure(object Sender, GrpcSinkFailureKind Kind, string Message, long Events);
