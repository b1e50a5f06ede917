using System.Text.RegularExpressions;

namespace Telemetry.Cli.Tests.Compose;

/// <summary>Every port is one at which somebody listens, and can be reached by who names it.</summary>
internal static partial class PortRules
{
    public static IEnumerable<string> Problems(Deployment deployment) =>
    [
        .. deployment.Services.SelectMany(service => Published(deployment, service)),
        .. deployment.Services.SelectMany(service => Checked(deployment, service)),
        .. deployment.Services.SelectMany(service => Named(deployment, service)),
        .. deployment.Services.SelectMany(service => service.Networks.Except(deployment.Compose.Networks)
            .Select(network => $"{service.Name}: network '{network}' is not declared")),
        .. Twice(deployment.Services.Where(service => service.Profiles.Count == 0)),
    ];

    private static IEnumerable<string> Published(Deployment deployment, ComposeService service)
    {
        foreach (var port in service.Ports)
        {
            if (Loopback().Match(port) is not { Success: true } match)
            {
                yield return $"{service.Name}: {port} is published beyond loopback";
            }
            else if (!Listens(deployment, service, match.Groups[2].Value))
            {
                yield return $"{service.Name}: nothing listens at the published port {match.Groups[2].Value}";
            }
        }

        if (service.Ports.Count > 0 && service.Networks.All(deployment.Compose.InternalNetworks.Contains))
        {
            yield return $"{service.Name}: ports are not published from internal networks";
        }

        if (service.RunsTelemetry && service.Ports.Count > 0
            && new[] { "http.listen", "grpc.listen" }.All(key => deployment.Setting(service, key) != "0.0.0.0"))
        {
            yield return $"{service.Name}: it listens on its own loopback only";
        }
    }

    private static IEnumerable<string> Checked(Deployment deployment, ComposeService service)
    {
        var test = string.Join(' ', service.HealthcheckTest);
        foreach (Match match in OwnPort().Matches(test).Where(match => !Listens(deployment, service, match.Groups[1].Value)))
        {
            yield return $"{service.Name}: nothing listens at port {match.Groups[1].Value} of its health check";
        }

        if (!service.HealthcheckTest.Take(2).SequenceEqual(["CMD", "/app/telemetry"]))
        {
            yield break;
        }

        foreach (var error in Deployment.Errors(service.HealthcheckTest.Skip(2)))
        {
            yield return $"{service.Name}: health check: {error}";
        }

        if (new Uri(deployment.Setting(service, "client.url") is { Length: > 0 } url ? url : "none:").Port.ToString() != deployment.Setting(service, "http.port"))
        {
            yield return $"{service.Name}: its health check asks another port than the console's";
        }
    }

    private static IEnumerable<string> Named(Deployment deployment, ComposeService service)
    {
        var text = string.Join(' ', service.Command.Concat(service.Environment.Values));
        foreach (Match match in Address().Matches(text))
        {
            var (name, port) = (match.Groups[1].Value, match.Groups[2].Value);
            if (!deployment.Compose.Services.TryGetValue(name, out var other))
            {
                yield return $"{service.Name}: {name}:{port} is no service";
                continue;
            }

            if (!Listens(deployment, other, port))
            {
                yield return $"{service.Name}: nothing listens at {name}:{port}";
            }

            if (!service.Networks.Intersect(other.Networks).Any())
            {
                yield return $"{service.Name}: {name} is in no network with it";
            }

            if (other != service && service.DependsOn.GetValueOrDefault(name) != "service_healthy")
            {
                yield return $"{service.Name}: it has to wait until {name} is healthy";
            }
        }
    }

    private static IEnumerable<string> Twice(IEnumerable<ComposeService> services) => services.SelectMany(service => service.Ports)
        .CountBy(port => Loopback().Match(port).Groups[1].Value).Where(pair => pair.Value > 1).Select(pair => $"port {pair.Key} is published twice");

    private static bool Listens(Deployment deployment, ComposeService service, string port) =>
        deployment.PortsOf(service).Contains(int.Parse(port, System.Globalization.CultureInfo.InvariantCulture));

    [GeneratedRegex(@"^127\.0\.0\.1:(\d+):(\d+)$")]
    private static partial Regex Loopback();

    [GeneratedRegex(@"(?:localhost|127\.0\.0\.1)[:/](\d+)")]
    private static partial Regex OwnPort();

    [GeneratedRegex(@"(?:://|,)([a-z][a-z0-9-]*):(\d+)")]
    private static partial Regex Address();
}
