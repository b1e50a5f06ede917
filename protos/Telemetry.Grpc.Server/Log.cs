using Microsoft.Extensions.Logging;

namespace Telemetry.Grpc.Server;

/// <summary>Event ids 2000–2099; never reused.</summary>
internal static partial class Log
{
    [LoggerMessage(2001, LogLevel.Error, "The handler of {Method} failed")]
    public static partial void HandlerFailed(ILogger logger, string method, Exception exception);

    [LoggerMessage(2002, LogLevel.Debug, "The status {Code} of {Method} was not sent: {Reason}")]
    public static partial void StatusNotSent(ILogger logger, string method, StatusCode code, string reason);
}
