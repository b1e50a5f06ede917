using Microsoft.Extensions.Logging;
using Telemetry.Store;

namespace Telemetry.Cli.Configuration;

/// <summary>All components' options, checked.</summary>
internal sealed record TelemetryOptions
{
    // It deletes whole backing indices, which are not made for less.
    private static readonly TimeSpan LeastKeepOfElasticsearch = TimeSpan.FromHours(1);

    private static readonly Dictionary<string, LogLevel> LogLevels = new(StringComparer.OrdinalIgnoreCase)
    {
        ["debug"] = LogLevel.Debug,
        ["info"] = LogLevel.Information,
        ["warn"] = LogLevel.Warning,
        ["error"] = LogLevel.Error,
    };

    /// <summary>Full path of the data directory.</summary>
    public required string DataDirectory { get; init; }

    public ListenerOptions Listen { get; init; } = new();

    /// <summary>What takes the place of files in the data directory.</summary>
    public EngineOptions Engines { get; init; } = new();

    public required RetentionOptions Retention { get; init; }

    /// <summary>Attributes that become typed fields; of commands that write the store.</summary>
    public PromotedFields Fields { get; init; } = PromotedFields.None;

    public LocalShipperOptions Shipper { get; init; } = new();

    public ClientOptions Client { get; init; } = new();

    /// <summary>Least level logged. Default information.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>Reads every component's options; whatever is wrong is added to <paramref name="problems"/>.</summary>
    public static TelemetryOptions Read(EffectiveConfiguration configuration, List<string> problems)
    {
        var reader = new SettingReader(configuration, problems);
        var options = new TelemetryOptions
        {
            DataDirectory = reader.RequiredPath(Settings.DataDirectory),
            Listen = ListenerOptions.Read(reader, problems),
            Engines = EngineOptions.Read(reader, problems),
            Retention = RetentionOptions.Read(reader),
            Shipper = LocalShipperOptions.Read(reader),
            Client = ClientOptions.Read(reader, problems),
            LogLevel = reader.OneOf(Settings.LogLevel, LogLevels),
        };
        if (problems.Count == 0 && options.Engines.Elasticsearch is not null
            && (options.Retention.StoreKeep < LeastKeepOfElasticsearch || options.Retention.KeepLifetimes < LeastKeepOfElasticsearch))
        {
            problems.Add($"{Settings.StoreKeep.Key} and {Settings.StoreKeepLifetimes.Key} have to be 1h or more with an Elasticsearch");
        }

        return options;
    }
}
