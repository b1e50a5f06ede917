using Microsoft.Extensions.Logging;
using Telemetry.Grpc;
using Telemetry.Protos.V1;
using Lane = Telemetry.Wire.Lane;

namespace Telemetry.Gateway;

/// <summary>Event ids 3000–3099; never reused. Warning: nothing is lost. Error: data is lost or someone must act.</summary>
internal static partial class Log
{
    [LoggerMessage(3001, LogLevel.Information, "The gateway listens on {Address}")]
    public static partial void Listening(ILogger logger, string address);

    [LoggerMessage(3002, LogLevel.Warning,
        "The gateway listens on {Address} with --insecure: whoever reaches it can write, and can read what others send")]
    public static partial void Insecure(ILogger logger, string address);

    [LoggerMessage(3003, LogLevel.Information, "{InstanceId} ships its {Lane} lane from {Source}; {Suppressed} more since the last")]
    public static partial void CallOpened(ILogger logger, string instanceId, Lane lane, string source, long suppressed);

    [LoggerMessage(3004, LogLevel.Information,
        "{InstanceId} no longer ships its {Lane} lane from {Source}: {Code} {Message}; {Suppressed} more since the last")]
    public static partial void CallClosed(
        ILogger logger, string instanceId, Lane lane, string source, StatusCode code, string message, long suppressed);

    [LoggerMessage(3005, LogLevel.Warning, "A call from {Source} was refused: {Code} {Message}; {Suppressed} more since the last")]
    public static partial void CallRefused(ILogger logger, string source, StatusCode code, string message, long suppressed);

    [LoggerMessage(3006, LogLevel.Error,
        "A {Lane} batch of {InstanceId} was rejected for good: {Reason} {Detail}; {Suppressed} more since the last")]
    public static partial void BatchRejected(
        ILogger logger, Lane lane, string instanceId, RejectReason reason, string detail, long suppressed);

    [LoggerMessage(3007, LogLevel.Error, "The bus could not make a {Lane} batch durable; {Suppressed} more since the last")]
    public static partial void AppendFailed(ILogger logger, Lane lane, long suppressed, Exception exception);

    [LoggerMessage(3011, LogLevel.Warning, "{Problem}; the levels read before hold; {Suppressed} more since the last")]
    public static partial void LevelsUnreadable(ILogger logger, string problem, long suppressed);

    [LoggerMessage(3009, LogLevel.Warning, "The certificate {Subject} expires at {NotAfter:u}; `telemetry tls create` makes another")]
    public static partial void CertificateExpires(ILogger logger, string subject, DateTime notAfter);

    [LoggerMessage(3008, LogLevel.Information, "The gateway has stopped; {Open} calls did not end by themselves")]
    public static partial void Stopped(ILogger logger, int open);
}
