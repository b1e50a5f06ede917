using System.Text.Json;

namespace Telemetry.Cli.Configuration;

/// <summary>
/// Reads the configuration file: one JSON object per section, <c>{"store": {"keep": "7d"}}</c>; a section that is a text is its
/// <c>url</c> or <c>file</c>. Comments and trailing commas are allowed.
/// </summary>
internal static class FileSettings
{
    /// <summary>Read when it exists and no other file is named.</summary>
    public const string DefaultPath = "/etc/telemetry/telemetry.json";

    private static readonly JsonDocumentOptions Lenient =
        new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    /// <summary>Adds one problem for each thing that is wrong with the file, and reads the rest.</summary>
    public static IEnumerable<SettingValue> Read(string path, List<string> problems)
    {
        var values = new List<SettingValue>();
        if (path.Length == 0)
        {
            problems.Add("--config has to be the path of a file, not ''");
            return values;
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), Lenient);
            ReadSections(path, document.RootElement, values, problems);
        }
        catch (JsonException e)
        {
            problems.Add($"{path}: not valid JSON at line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{path}: {e.Message}");
        }

        return values;
    }

    private static void ReadSections(string path, JsonElement root, List<SettingValue> values, List<string> problems)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            problems.Add($"{path}: a JSON object of sections is expected");
            return;
        }

        foreach (var section in root.EnumerateObject())
        {
            if (section.Value.ValueKind == JsonValueKind.String
                && (Settings.Find($"{section.Name}.url") ?? Settings.Find($"{section.Name}.file")) is { } main)
            {
                // "bus": "kafka://…", as the flag says it.
                ReadEntry(path, main.Key, section.Value, values, problems);
                continue;
            }

            if (section.Value.ValueKind != JsonValueKind.Object)
            {
                problems.Add(Unknown(path, section.Name));
                continue;
            }

            foreach (var entry in section.Value.EnumerateObject())
            {
                ReadEntry(path, $"{section.Name}.{entry.Name}", entry.Value, values, problems);
            }
        }
    }

    private static void ReadEntry(
        string path, string key, JsonElement json, List<SettingValue> values, List<string> problems)
    {
        if (Settings.Find(key) is not { } setting)
        {
            problems.Add(Unknown(path, key));
        }
        else if (TryGetTexts(json, out var texts))
        {
            values.Add(new SettingValue(setting, texts, SettingSource.File, path));
        }
        else
        {
            problems.Add($"{path}: {key} has to be a text, a number, true, false or a list of texts");
        }
    }

    private static bool TryGetTexts(JsonElement json, out IReadOnlyList<string> texts)
    {
        var elements = json.ValueKind == JsonValueKind.Array ? json.EnumerateArray().ToArray() : [json];
        texts = [.. elements.Select(element => element.ValueKind switch
        {
            JsonValueKind.String => element.GetString()!,
            JsonValueKind.Number => element.GetRawText(),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => null!,
        })];
        return !texts.Contains(null!);
    }

    private static string Unknown(string path, string key) =>
        $"{path}: {key} is no setting; did you mean {NearestName.Find(key, Settings.All.Select(s => s.Key))}?";
}
