namespace Telemetry.Cli.Configuration;

/// <summary>Where a value came from; a later one wins.</summary>
internal enum SettingSource
{
    /// <summary>The table.</summary>
    Default,

    /// <summary>The configuration file.</summary>
    File,

    /// <summary>The environment.</summary>
    Environment,

    /// <summary>The command line.</summary>
    Flag,
}
