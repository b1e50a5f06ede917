namespace Telemetry.Cli.Configuration;

/// <summary>What is kept. Whichever bound is reached first deletes the oldest whole partitions. Defaults are those of <see cref="Settings"/>.</summary>
internal sealed record RetentionOptions
{
    // Eight partitions of the least width, and room for both lanes' least partitions and SQLite's logs beside them.
    private static readonly TimeSpan LeastKeep = TimeSpan.FromMinutes(8);
    private const long LeastKeepBytes = 64 << 20;

    /// <summary>Age of stored documents; 8 minutes or more.</summary>
    public required TimeSpan StoreKeep { get; init; }

    /// <summary>Size of the store, bytes; 64 MiB or more.</summary>
    public required long StoreKeepBytes { get; init; }

    /// <summary>Age of lifetimes and crashes; 8 minutes or more.</summary>
    public required TimeSpan KeepLifetimes { get; init; }

    /// <summary>Age of bus segments; what is not indexed stays.</summary>
    public required TimeSpan BusKeep { get; init; }

    /// <summary>Size of the bus, bytes; what is not indexed stays.</summary>
    public required long BusKeepBytes { get; init; }

    public static RetentionOptions Read(SettingReader reader) => new()
    {
        StoreKeep = reader.Duration(Settings.StoreKeep, LeastKeep),
        StoreKeepBytes = reader.Size(Settings.StoreKeepBytes, LeastKeepBytes),
        KeepLifetimes = reader.Duration(Settings.StoreKeepLifetimes, LeastKeep),
        BusKeep = reader.Duration(Settings.BusKeep),
        BusKeepBytes = reader.Size(Settings.BusKeepBytes),
    };
}
