using System.CommandLine;
using System.Text.Json;
using Telemetry.Cli.Commands;

namespace Telemetry.Cli.Tests.Compose;

/// <summary>The two files together, and what our own command line says of our services' commands.</summary>
internal sealed class Deployment
{
    private static readonly Dictionary<string, int> DefaultPorts = new(StringComparer.Ordinal) { ["elasticsearch"] = 9200, ["kibana"] = 5601 };
    private readonly Dictionary<string, IReadOnlyDictionary<string, string>> _settings = new(StringComparer.Ordinal);

    private Deployment(ComposeFile compose, Dockerfile dockerfile) => (Compose, Dockerfile) = (compose, dockerfile);

    public ComposeFile Compose { get; }

    public Dockerfile Dockerfile { get; }

    public IEnumerable<ComposeService> Services => Compose.Services.Values;

    /// <summary>Commands that our own command line does not take.</summary>
    public List<string> RefusedCommands { get; } = [];

    public static async Task<Deployment> ReadAsync(string compose, string dockerfile)
    {
        var deployment = new Deployment(ComposeFile.Parse(compose), Dockerfile.Parse(dockerfile));
        foreach (var service in deployment.Services.Where(service => service.RunsTelemetry))
        {
            deployment._settings[service.Name] = await deployment.SettingsOfAsync(service);
        }

        return deployment;
    }

    /// <summary>A setting of one of our services by its key; "" where there is none.</summary>
    public string Setting(ComposeService service, string key) =>
        _settings.GetValueOrDefault(service.Name)?.GetValueOrDefault(key) ?? "";

    /// <summary>Ports at which a service listens, whoever can reach them.</summary>
    public IReadOnlyList<int> PortsOf(ComposeService service)
    {
        var texts = service.RunsTelemetry ? OurPorts(service)
            : service.Environment.TryGetValue("KAFKA_LISTENERS", out var listeners) ? listeners.Split(',').Select(listener => listener[(listener.LastIndexOf(':') + 1)..])
            : DefaultPorts.Where(pair => service.Image.StartsWith(pair.Key + ":", StringComparison.Ordinal)).Select(pair => $"{pair.Value}");
        return [.. texts.Where(text => text.Length > 0).Select(int.Parse)];
    }

    private IEnumerable<string> OurPorts(ComposeService service)
    {
        var verb = service.Command[0];
        yield return verb is "gateway" or "up" ? Setting(service, "grpc.port") : "";
        yield return verb is "console" or "up" ? Setting(service, "http.port") : "";
        yield return service.Command.Contains("--metrics-port") ? Setting(service, "metrics.port") : "";
    }

    // The verb's own parser says whether it takes the flags; `config show` takes all flags and judges their values.
    private async Task<IReadOnlyDictionary<string, string>> SettingsOfAsync(ComposeService service)
    {
        var cli = new Cli();
        foreach (var (name, value) in service.Environment)
        {
            cli.Environment[name] = value;
        }

        var shown = await cli.RunAsync(["config", "show", "--json", .. service.Command.Skip(1)]);
        var problems = Errors(service.Command).Concat(shown.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        RefusedCommands.AddRange(problems.Select(problem => $"{service.Name}: {problem}"));
        if (shown.ExitCode != ExitCodes.Fine)
        {
            return new Dictionary<string, string>();
        }

        using var json = JsonDocument.Parse(shown.Out);
        return json.RootElement.EnumerateObject().ToDictionary(
            setting => setting.Name, setting => Value(setting.Value.GetProperty("value")), StringComparer.Ordinal);
    }

    /// <summary>What our command line says of words that are no command of it; empty when they are one.</summary>
    public static IEnumerable<string> Errors(IEnumerable<string> words)
    {
        var nowhere = new CliContext { Out = TextWriter.Null, Error = TextWriter.Null, Environment = new Dictionary<string, string>() };
        return TelemetryRoot.Create(nowhere).Parse([.. words]).Errors.Select(error => error.Message);
    }

    private static string Value(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? string.Join(' ', value.EnumerateArray().Select(item => item.GetString())) : value.GetString()!;
}
