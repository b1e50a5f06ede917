namespace Telemetry.Cli.Tests.Compose;

/// <summary>One service of the file, as it is written there.</summary>
internal sealed class ComposeService(string name, IReadOnlyDictionary<string, object?> keys)
{
    private const string OurImages = "telemetry";

    public string Name => name;

    public string Image => Text("image");

    public bool IsOurs => Image.StartsWith(OurImages, StringComparison.Ordinal);

    /// <summary>True when <c>telemetry</c> is what its image runs, false for <c>telemetry-shipper</c>.</summary>
    public bool RunsTelemetry => Image.StartsWith(OurImages + ":", StringComparison.Ordinal);

    public IReadOnlyList<string> Command => Words("command");

    public IReadOnlyList<string> Networks => Words("networks");

    public IReadOnlyList<string> Profiles => Words("profiles");

    public IReadOnlyList<string> Ports => Words("ports");

    public IReadOnlyList<string> Volumes => Words("volumes");

    public IReadOnlyDictionary<string, string> Environment =>
        Map("environment").ToDictionary(pair => pair.Key, pair => (string?)pair.Value ?? "", StringComparer.Ordinal);

    /// <summary>What it waits for, and the condition.</summary>
    public IReadOnlyDictionary<string, string> DependsOn => Map("depends_on").ToDictionary(
        pair => pair.Key, pair => ComposeFile.Keys(pair.Value).GetValueOrDefault("condition") as string ?? "", StringComparer.Ordinal);

    public string BuildTarget => Map("build").GetValueOrDefault("target") as string ?? "";

    public string BuildContext => Map("build").GetValueOrDefault("context") as string ?? "";

    public IReadOnlyDictionary<string, object?> Healthcheck => Map("healthcheck");

    /// <summary>The check's words; <c>$$</c> is a dollar.</summary>
    public IReadOnlyList<string> HealthcheckTest => [.. Listed(Healthcheck.GetValueOrDefault("test")).Select(word => word.Replace("$$", "$"))];

    public string Text(string key) => keys.GetValueOrDefault(key) as string ?? "";

    /// <summary>A list, or a string that stands for one.</summary>
    public IReadOnlyList<string> Words(string key) => Listed(keys.GetValueOrDefault(key));

    private IReadOnlyDictionary<string, object?> Map(string key) => ComposeFile.Keys(keys.GetValueOrDefault(key));

    private static string[] Listed(object? value) => value switch
    {
        List<object?> items => [.. items.Select(item => (string?)item ?? "")],
        string text => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries),
        _ => [],
    };
}
