using System.Text.Json;
using Telemetry.Shipping.Configuration;
using Telemetry.Shipping.Machine;

namespace Telemetry.Shipper.Configuration;

/// <summary>All settings with their values: flags over environment over file over default.</summary>
internal sealed class Settings
{
    private const string Prefix = "TELEMETRY_SHIPPER__";
    private const string DefaultFile = "/etc/telemetry/shipper.json";

    private readonly Dictionary<string, SettingValue> _values = new(StringComparer.Ordinal);

    public SettingValue this[string name] => _values[name];

    /// <summary>The only or last value; "" is none.</summary>
    public string Text(string name) => _values[name].Values.Count == 0 ? "" : _values[name].Values[^1];

    /// <summary>What they say about the identity.</summary>
    public IdentityClaims IdentityClaims => new(Text, this["identity"].Source != "default", this["label"].Values);

    /// <summary>Merges all sources. Problems are sentences; the result is usable only without any.</summary>
    public static Settings Load(CommandLine commandLine, IReadOnlyDictionary<string, string> environment,
        ICollection<string> problems)
    {
        var settings = new Settings();
        foreach (var setting in SettingTable.All)
        {
            settings._values[setting.Name] = new SettingValue(setting.Default.Length == 0 ? [] : [setting.Default], "default");
        }

        var file = commandLine.Find("config");
        if (file is not null || File.Exists(DefaultFile))
        {
            settings.AddFile(file ?? DefaultFile, problems);
        }

        settings.AddEnvironment(environment, problems);
        foreach (var flag in commandLine.Flags.GroupBy(f => f.Key).Where(f => SettingTable.Find(f.Key) is not null))
        {
            settings._values[flag.Key] = new SettingValue(flag.Select(f => f.Value).ToList(), "flag");
        }

        settings.Check(problems);
        return settings;
    }

    private void AddFile(string path, ICollection<string> problems)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), JsonFile.Options);
            foreach (var property in document.RootElement.EnumerateObject())
            {
                var name = property.Name.Replace('_', '-');
                if (SettingTable.Find(name) is null)
                {
                    problems.Add($"{path} has the unknown key '{property.Name}'."
                        + $"{NearMatch.Hint(name, SettingTable.All.Select(s => s.Name))}");
                    continue;
                }

                IReadOnlyList<JsonElement> values = property.Value.ValueKind == JsonValueKind.Array
                    ? [.. property.Value.EnumerateArray()]
                    : [property.Value];
                if (values.Any(v => v.ValueKind is JsonValueKind.Null or JsonValueKind.Object or JsonValueKind.Array))
                {
                    problems.Add($"'{name}' is {property.Value.GetRawText()} (file {path}); "
                        + "it has to be a text, a number, true, false or a list.");
                    continue;
                }

                _values[name] = new SettingValue([.. values.Select(ToText)], "file " + path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            problems.Add($"{path} cannot be used: {e.Message}");
        }
    }

    private static string ToText(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => "on",
        JsonValueKind.False => "off",
        JsonValueKind.String => value.GetString()!,
        _ => value.GetRawText(),
    };

    private void AddEnvironment(IReadOnlyDictionary<string, string> environment, ICollection<string> problems)
    {
        foreach (var (key, value) in environment.Where(e => e.Key.StartsWith(Prefix, StringComparison.Ordinal)).OrderBy(e => e.Key))
        {
            var setting = SettingTable.All.FirstOrDefault(s => s.EnvironmentName == key);
            if (setting is null)
            {
                problems.Add($"The environment has the unknown setting '{key}'."
                    + NearMatch.Hint(key, SettingTable.All.Select(s => s.EnvironmentName)));
                continue;
            }

            var values = setting.Kind == SettingKind.List
                ? value.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                : [value];
            _values[setting.Name] = new SettingValue(values, "environment " + key);
        }
    }

    private void Check(ICollection<string> problems)
    {
        foreach (var setting in SettingTable.All)
        {
            var (values, source) = _values[setting.Name];
            if (values.Count == 0 && setting.Name == "gateway")
            {
                problems.Add($"'{setting.Name}' is empty ({source}); it has to be at least one address like https://host:4319.");
            }

            foreach (var value in values)
            {
                if (Expected(setting, value) is { } expected)
                {
                    problems.Add($"'{setting.Name}' is '{value}' ({source}); it has to be {expected}.");
                }
            }
        }
    }

    private static bool HasNestedBraces(string pattern)
    {
        var open = pattern.IndexOf('{');
        var next = open < 0 ? -1 : pattern.AsSpan(open + 1).IndexOfAny("{}");
        return next >= 0 && (pattern[open + 1 + next] == '{' || HasNestedBraces(pattern[(open + 2 + next)..]));
    }

    private static string? Expected(Setting setting, string value) => setting.Kind switch
    {
        SettingKind.Size when !Units.TrySize(value, out var size) || setting.Range?.HasSize(size) == false =>
            $"a size {setting.Range}",
        SettingKind.Duration when !Units.TryDuration(value, out _) => "a duration from 1ms to 7d, like 5s",
        SettingKind.Number when !int.TryParse(value, out var number) || setting.Range?.HasNumber(number) == false =>
            $"a whole number {setting.Range}",
        SettingKind.Switch when value is not ("on" or "off" or "true" or "false") => "on or off",
        _ => setting.Name switch
        {
            "gateway" when !Uri.TryCreate(value, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") =>
                "an address like https://host:4319",
            "watch" when value.Contains('\\') || HasNestedBraces(value) =>
                "a pattern without a backslash and without braces in braces; give --watch several times instead",
            "log-level" when value is not ("debug" or "info" or "warn" or "error") => "debug, info, warn or error",
            "when-full" when value is not ("block" or "shed") => "block or shed",
            "label" when value.IndexOf('=') < 1 => "KEY=VALUE",
            _ => null,
        },
    };
}
