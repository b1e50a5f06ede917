namespace Telemetry.Cli.Configuration;

/// <summary>A setting's text before it is checked.</summary>
/// <param name="Setting">Which.</param>
/// <param name="Texts">One text; any number for a list.</param>
/// <param name="Source">Where it came from.</param>
/// <param name="Origin">The same for people: "--keep", "TELEMETRY_STORE__KEEP", "/etc/telemetry/telemetry.json".</param>
internal sealed record SettingValue(Setting Setting, IReadOnlyList<string> Texts, SettingSource Source, string Origin)
{
    /// <summary>The text of a setting that is no list.</summary>
    public string Text => Texts.Count == 0 ? "" : Texts[^1];

    /// <summary>What may be printed.</summary>
    public string Display => Setting switch
    {
        { Secret: true } when Text.Length > 0 => "(redacted)",
        { Kind: SettingKind.Url } => UrlText.WithoutSecrets(Text),
        { Kind: SettingKind.List } => string.Join(' ', Texts),
        _ => Text,
    };
}
