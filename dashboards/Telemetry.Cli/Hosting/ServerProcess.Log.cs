using System.Net;
using Microsoft.Extensions.Logging;

namespace Telemetry.Cli.Hosting;

/// <content>What the process itself logs.</content>
internal sealed partial class ServerProcess
{
    [LoggerMessage(LogEvents.Stopping, LogLevel.Information, "Stopping; what was acknowledged is kept")]
    private partial void LogStopping();

    [LoggerMessage(LogEvents.Insecure, LogLevel.Warning,
        "The console listens on {Endpoint} with --insecure: whoever reaches it can read everything")]
    private partial void LogInsecure(IPEndPoint endpoint);

    [LoggerMessage(LogEvents.NoShipper, LogLevel.Error,
        "{Program} was not found, so nothing of this machine is shipped; build it with './build publish' or name it with TELEMETRY_SHIPPER")]
    private partial void LogNoShipper(string program);

    [LoggerMessage(LogEvents.StoreSetAside, LogLevel.Error,
        "{Path} is damaged ({Reason}); it is kept as {Evidence}, and what the bus still has is stored again")]
    private partial void LogSetAside(string path, string evidence, string reason);

    [LoggerMessage(LogEvents.BusProblem, LogLevel.Error, "The bus: {Problem}")]
    private partial void LogBusProblem(string problem);

    [LoggerMessage(LogEvents.StoreUnreadable, LogLevel.Error, "{Path} cannot be read and is left out of answers: {Reason}")]
    private partial void LogUnreadable(string path, string reason);
}
