using Telemetry.Store.Elasticsearch;

namespace Telemetry.Cli.Configuration;

/// <summary>The engines that take the place of files in the data directory, one switch each.</summary>
internal sealed record EngineOptions
{
    /// <summary>The store; null is the embedded one.</summary>
    public ElasticOptions? Elasticsearch { get; init; }

    public static EngineOptions Read(SettingReader reader, List<string> problems) => new()
    {
        Elasticsearch = ReadStore(reader.Text(Settings.StoreUrl), problems),
    };

    private static ElasticOptions? ReadStore(string url, List<string> problems)
    {
        if (url.Length == 0)
        {
            return null;
        }

        if (!ElasticOptions.TryParse(url, out var options, out var found))
        {
            problems.AddRange(found);
        }

        return options;
    }
}
