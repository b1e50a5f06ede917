using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace Telemetry.Cli.Tests.Compose;

/// <summary>docker-compose.yml, anchors and merges resolved, variables not.</summary>
internal sealed class ComposeFile
{
    private ComposeFile(string text, IReadOnlyDictionary<string, object?> keys)
    {
        Text = text;
        Services = Keys(keys["services"]).Select(pair => new ComposeService(pair.Key, Keys(pair.Value))).ToDictionary(service => service.Name);
        Volumes = [.. Keys(keys["volumes"]).Keys];
        Networks = [.. Keys(keys["networks"]).Keys];
        InternalNetworks = [.. Keys(keys["networks"]).Where(pair => Keys(pair.Value).GetValueOrDefault("internal") as string == "true").Select(pair => pair.Key)];
    }

    /// <summary>As it is on disk.</summary>
    public static string Committed { get; } = File.ReadAllText(Path.Combine(Installation.Repository, "docker-compose.yml"));

    public string Text { get; }

    public IReadOnlyDictionary<string, ComposeService> Services { get; }

    public IReadOnlyList<string> Volumes { get; }

    public IReadOnlyList<string> Networks { get; }

    /// <summary>Networks from which nothing outside is reached.</summary>
    public IReadOnlyList<string> InternalNetworks { get; }

    public static ComposeFile Parse(string text)
    {
        var parser = new MergingParser(new Parser(new StringReader(text)));
        return new ComposeFile(text, Keys(new DeserializerBuilder().Build().Deserialize<object>(parser)));
    }

    /// <summary>A mapping, or a list of names, by key; empty for anything else.</summary>
    public static IReadOnlyDictionary<string, object?> Keys(object? value) => value switch
    {
        Dictionary<object, object?> map => map.ToDictionary(pair => (string)pair.Key, pair => pair.Value, StringComparer.Ordinal),
        List<object?> names => names.ToDictionary(name => (string)name!, _ => (object?)null, StringComparer.Ordinal),
        _ => new Dictionary<string, object?>(),
    };
}
