using Telemetry.Bus.Kafka;
using Telemetry.Store.Elasticsearch;

namespace Telemetry.Cli.Configuration;

/// <summary>The engines that take the place of files in the data directory, one switch each.</summary>
internal sealed record EngineOptions
{
    /// <summary>The bus; null is the embedded one.</summary>
    public KafkaOptions? Kafka { get; init; }

    /// <summary>The store; null is the embedded one.</summary>
    public ElasticOptions? Elasticsearch { get; init; }

    public static EngineOptions Read(SettingReader reader, List<string> problems) => new()
    {
        Kafka = ReadBus(reader.Text(Settings.BusUrl), problems),
        Elasticsearch = ReadStore(reader.Text(Settings.StoreUrl), problems),
    };

    private static KafkaOptions? ReadBus(string address, List<string> problems)
    {
        if (address.Length == 0)
        {
            return null;
        }

        if (KafkaOptions.TryParse(address, out var options, out var found))
        {
            return options;
        }

        problems.AddRange(found);
        return null;
    }

    private static ElasticOptions? ReadStore(string url, List<string> problems)
    {
        if (url.Length == 0)
        {
            return null;
        }

        if (ElasticOptions.TryParse(url, out var options, out var found))
        {
            return options;
        }

        problems.AddRange(found);
        return null;
    }
}
