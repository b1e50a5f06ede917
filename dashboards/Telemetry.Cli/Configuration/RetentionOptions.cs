namespace Telemetry.Cli.Configuration;

/// <summary>What is kept. Whichever bound is reached first deletes the oldest whole partitions.</summary>
internal sealed record RetentionOptions
{
    /// <summary>Age of stored documents. Default 7 days.</summary>
    public TimeSpan StoreKeep { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Size of the store, bytes. Default 20 GiB.</summary>
    public long StoreKeepBytes { get; init; } = 20L << 30;

    /// <summary>Age of lifetimes and crashes. Default 90 days.</summary>
    public TimeSpan KeepLifetimes { get; init; } = TimeSpan.FromDays(90);

    /// <summary>Age of bus segments; what is not indexed stays. Default 24 hours.</summary>
    public TimeSpan BusKeep { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Size of the bus, bytes; what is not indexed stays. Default 10 GiB.</summary>
    public long BusKeepBytes { get; init; } = 10L << 30;

    public static RetentionOptions Read(SettingReader reader) => new()
    {
        StoreKeep = reader.Duration(Settings.StoreKeep),
        StoreKeepBytes = reader.Size(Settings.StoreKeepBytes),
        KeepLifetimes = reader.Duration(Settings.StoreKeepLifetimes),
        BusKeep = reader.Duration(Settings.BusKeep),
        BusKeepBytes = reader.Size(Settings.BusKeepBytes),
    };
}
