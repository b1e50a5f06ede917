namespace Telemetry.Shipper.Configuration;

/// <summary>What a setting's value looks like.</summary>
internal enum SettingKind : byte
{
    Text,

    /// <summary>May be given several times; in the environment separated by semicolons, in the file an array.</summary>
    List,

    /// <summary>"on" or "off"; the flag alone is "on".</summary>
    Switch,

    /// <summary>"64MiB".</summary>
    Size,

    /// <summary>"5s".</summary>
    Duration,

    /// <summary>A whole number, at least 1.</summary>
    Number,
}
