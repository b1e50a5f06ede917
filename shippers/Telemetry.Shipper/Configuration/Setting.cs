namespace Telemetry.Shipper.Configuration;

/// <summary>One thing that can be configured: as a flag, in the environment and in the file.</summary>
/// <param name="Name">As on the command line, without dashes; the environment has it in capitals with underscores.</param>
/// <param name="Kind">What its value looks like.</param>
/// <param name="Value">What stands for the value in the help.</param>
/// <param name="Default">Value when nothing is said; "" is none.</param>
/// <param name="Help">One sentence.</param>
/// <param name="Verbs">Which commands take it.</param>
internal sealed record Setting(string Name, SettingKind Kind, string Value, string Default, string Help, Verbs Verbs)
{
    public string EnvironmentName => "TELEMETRY_SHIPPER__" + Name.ToUpperInvariant().Replace('-', '_');

    public bool IsSecret { get; init; }

    /// <summary>Which sizes (bytes) or numbers work; null is any.</summary>
    public ValueRange? Range { get; init; }
}
