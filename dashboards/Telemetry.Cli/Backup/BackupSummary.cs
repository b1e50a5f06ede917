using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Telemetry.Cli.Rendering;

namespace Telemetry.Cli.Backup;

/// <summary>What is said of a backup, of the one made and of the one restored.</summary>
internal static class BackupSummary
{
    public static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Sizes(BackupManifest manifest) => string.Create(
        CultureInfo.InvariantCulture, $"{manifest.Files.Count} files, {manifest.Bytes / 1048576.0:#,0.0} MiB,");

    public static JsonObject ToJson(BackupManifest manifest, string path, IEnumerable<string> notes) => new()
    {
        ["path"] = path,
        ["began"] = manifest.Began,
        ["files"] = manifest.Files.Count,
        ["bytes"] = manifest.Bytes,
        ["notes"] = new JsonArray([.. notes.Select(note => JsonValue.Create(note))]),
    };

    public static async Task PrintAsync(TextWriter error, IEnumerable<string> notes)
    {
        foreach (var note in notes)
        {
            await error.WriteLineAsync(VisibleText.Of(note));
        }
    }
}
