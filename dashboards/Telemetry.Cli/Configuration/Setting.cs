namespace Telemetry.Cli.Configuration;

/// <summary>One row of the settings table.</summary>
/// <param name="Key">"section.name", snake case; the environment's name and the file's place follow from it.</param>
/// <param name="Kind">What its text has to look like.</param>
/// <param name="Default">Text of the default; "" is none.</param>
/// <param name="Description">One line, with unit and range.</param>
internal sealed record Setting(string Key, SettingKind Kind, string Default, string Description)
{
    /// <summary>Flag that sets it; null when only environment and file do.</summary>
    public string? Flag { get; init; }

    /// <summary>True when the flag's presence means false ("--no-shipper").</summary>
    public bool FlagNegates { get; init; }

    /// <summary>What the help says of a flag that negates.</summary>
    public string? NegatedDescription { get; init; }

    /// <summary>What the help calls the flag's value.</summary>
    public string? ValueName { get; init; }

    /// <summary>A short name in the environment beside the regular one, "TELEMETRY_DATA".</summary>
    public string? ShortEnvironmentName { get; init; }

    /// <summary>True when its value is never printed.</summary>
    public bool Secret { get; init; }

    /// <summary>"TELEMETRY_SECTION__NAME".</summary>
    public string EnvironmentName => $"{EnvironmentSettings.Prefix}{Key.Replace(".", "__").ToUpperInvariant()}";
}
