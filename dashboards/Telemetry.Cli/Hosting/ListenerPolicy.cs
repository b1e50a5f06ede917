using System.Net;
using Telemetry.Cli.Configuration;

namespace Telemetry.Cli.Hosting;

/// <summary>A listener that other machines reach needs TLS and a token.</summary>
internal static class ListenerPolicy
{
    /// <summary>Refuses what is open to the network and unprotected.</summary>
    /// <exception cref="CliFailure">TLS or a token is missing; exit 2.</exception>
    public static void Check(ListenerOptions listen, IEnumerable<IPEndPoint> endpoints, bool hasTokens)
    {
        var open = endpoints.Where(ListenerOptions.IsBeyondLoopback).Select(endpoint => endpoint.ToString()).ToArray();
        if (open.Length == 0 || listen.Insecure)
        {
            return;
        }

        var problems = new List<string>();
        if (!listen.HasTls)
        {
            problems.Add($"{string.Join(" and ", open)} can be reached from other machines and needs TLS: "
                + "--tls-cert FILE --tls-key FILE ('telemetry tls create' makes them), or --insecure.");
        }

        if (!hasTokens)
        {
            problems.Add($"{string.Join(" and ", open)} can be reached from other machines and needs a token: "
                + "'telemetry token create NAME' makes one, or --insecure.");
        }

        if (problems.Count > 0)
        {
            throw CliFailure.Usage(problems);
        }
    }
}
