using System.Collections;

namespace Telemetry.Cli.Configuration;

/// <summary>
/// Reads <c>TELEMETRY_SECTION__KEY</c>. A variable with the prefix and a double underscore is ours, so a misspelt one is a
/// problem. Items of a list are separated by colons, as in PATH.
/// </summary>
internal static class EnvironmentSettings
{
    public const string Prefix = "TELEMETRY_";

    /// <summary>Those of the shipper, which reads them itself: a child inherits them.</summary>
    private const string ShipperPrefix = "TELEMETRY_SHIPPER__";

    /// <summary>The process's environment.</summary>
    public static IReadOnlyDictionary<string, string> OfProcess() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "", StringComparer.Ordinal);

    /// <summary>Adds one problem for each variable that means no setting.</summary>
    public static IEnumerable<SettingValue> Read(IReadOnlyDictionary<string, string> environment, List<string> problems)
    {
        var known = Settings.All.ToDictionary(setting => setting.EnvironmentName, StringComparer.Ordinal);
        var values = new List<SettingValue>();
        foreach (var setting in Settings.All)
        {
            if (setting.ShortEnvironmentName is { } shortName
                && environment.TryGetValue(shortName, out var text) && text.Length > 0)
            {
                values.Add(ValueOf(setting, text, shortName));
            }
        }

        foreach (var (name, text) in environment.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (!name.StartsWith(Prefix, StringComparison.Ordinal) || !name.Contains("__", StringComparison.Ordinal)
                || name.StartsWith(ShipperPrefix, StringComparison.Ordinal))
            {
                continue;
            }

            if (known.TryGetValue(name, out var setting))
            {
                values.Add(ValueOf(setting, text, name));
            }
            else
            {
                problems.Add($"environment: {name} is no setting; did you mean {NearestName.Find(name, known.Keys)}?");
            }
        }

        return values;
    }

    private static SettingValue ValueOf(Setting setting, string text, string name) => new(
        setting,
        setting.Kind == SettingKind.List ? text.Split(':', StringSplitOptions.RemoveEmptyEntries) : [text],
        SettingSource.Environment,
        name);
}
