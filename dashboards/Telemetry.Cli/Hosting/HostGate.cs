using System.Net;
using Microsoft.AspNetCore.Http;

namespace Telemetry.Cli.Hosting;

/// <summary>
/// Answers only to names that are known to mean this machine. Without a token that is what keeps a web page elsewhere from
/// reading: it may point its own name at this address (DNS rebinding), but it cannot choose what the browser says in Host.
/// An address cannot be pointed anywhere and is always answered.
/// </summary>
/// <param name="names">Further names, without ports.</param>
internal sealed class HostGate(IEnumerable<string> names)
{
    private readonly HashSet<string> _names = new(
        [.. names.Select(Plain), "localhost", Plain(Environment.MachineName)], StringComparer.OrdinalIgnoreCase);

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (IsKnown(context.Request.Host.Host))
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
        return context.Response.WriteAsync(
            "This console answers to localhost, to its machine's name and to addresses; TELEMETRY_HTTP__NAMES adds names.\n");
    }

    // Names below localhost are loopback by RFC 6761 §6.3.
    private bool IsKnown(string host) =>
        IPAddress.TryParse(host, out _) || _names.Contains(Plain(host))
        || Plain(host).EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);

    private static string Plain(string name) => name.TrimEnd('.');
}
