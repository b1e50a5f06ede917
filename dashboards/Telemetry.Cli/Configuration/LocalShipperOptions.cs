namespace Telemetry.Cli.Configuration;

/// <summary>The shipper that <c>telemetry up</c> runs for its own machine.</summary>
internal sealed record LocalShipperOptions
{
    /// <summary>Default true.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Globs of files; empty means the readable system logs.</summary>
    public IReadOnlyList<string> Watch { get; init; } = [];

    /// <summary>Path of the program; "" means it is looked for.</summary>
    public string Binary { get; init; } = "";

    /// <summary>Time to deliver between SIGTERM and SIGKILL. Default 4 s.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(4);

    public static LocalShipperOptions Read(SettingReader reader) => new()
    {
        Enabled = reader.Switch(Settings.ShipperEnabled),
        Watch = reader.List(Settings.ShipperWatch),
        Binary = reader.FullPath(Settings.ShipperBinary),
        Drain = reader.Duration(Settings.ShipperDrain),
    };
}
