namespace Telemetry.Cli.Configuration;

/// <summary>What a setting's text has to look like.</summary>
internal enum SettingKind
{
    /// <summary>Any text.</summary>
    Text,

    /// <summary>Path of a file or directory; "" is none.</summary>
    Path,

    /// <summary>IP address, or "localhost".</summary>
    Address,

    /// <summary>TCP port, 0..65535; 0 lets the system choose.</summary>
    Port,

    /// <summary><see cref="ByteSize"/>.</summary>
    Size,

    /// <summary><see cref="DurationText"/>.</summary>
    Duration,

    /// <summary>true or false.</summary>
    Switch,

    /// <summary>Any number of texts.</summary>
    List,

    /// <summary>Absolute URL; printed without credentials.</summary>
    Url,
}
