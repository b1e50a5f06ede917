using System.Text.Json;
using System.Text.Json.Serialization;

namespace Telemetry.Cli.Backup;

/// <summary>One file of a backup.</summary>
/// <param name="Name">As in the data directory, with '/'.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">Of its content, hexadecimal.</param>
internal sealed record BackupFile(string Name, long Bytes, string Sha256);

/// <summary>
/// What a backup holds: <c>manifest.json</c>, written last. Without it, or with a file that is not as it says, there is no backup.
/// </summary>
/// <param name="Format">1; a greater one is of a newer version.</param>
/// <param name="Product">Version of the program that made it.</param>
/// <param name="Began">RFC 3339; what was acknowledged before is in it.</param>
/// <param name="StatePositions">By lane, the bus position up to which the state holds.</param>
/// <param name="BusPositions">By lane, the bus position up to which the bus is in it.</param>
/// <param name="Notes">Sentences for people: what is not in it.</param>
/// <param name="Files">Every file but this one.</param>
internal sealed record BackupManifest(
    int Format, string Product, string Began, IReadOnlyDictionary<string, long> StatePositions,
    IReadOnlyDictionary<string, long> BusPositions, IReadOnlyList<string> Notes, IReadOnlyList<BackupFile> Files)
{
    public const int CurrentFormat = 1;

    /// <summary>A larger file is no manifest.</summary>
    public const int MaxBytes = 64 << 20;

    [JsonIgnore]
    public long Bytes => Files.Sum(file => file.Bytes);

    public byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, ManifestJson.Default.BackupManifest);

    /// <exception cref="InvalidDataException">The bytes are no manifest that this version can use.</exception>
    public static BackupManifest Parse(ReadOnlySpan<byte> utf8)
    {
        BackupManifest? manifest;
        try
        {
            manifest = JsonSerializer.Deserialize(utf8, ManifestJson.Default.BackupManifest);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"its manifest cannot be read: {e.Message}");
        }

        return manifest switch
        {
            { Format: > CurrentFormat } => throw new InvalidDataException(
                $"it is of format {manifest.Format}, and this version reads {CurrentFormat}"),
            { Format: CurrentFormat, Files: { Count: > 0 } files } when files.All(IsUsable)
                && files.DistinctBy(file => file.Name).Count() == files.Count => manifest,
            _ => throw new InvalidDataException("its manifest is not one of a backup"),
        };
    }

    private static bool IsUsable(BackupFile? file) =>
        file is { Name: not null, Bytes: >= 0, Sha256.Length: 64 } && BackupNames.IsKnown(file.Name);
}

/// <summary>Source-generated, so that reading the file needs no reflection.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(BackupManifest))]
internal sealed partial class ManifestJson : JsonSerializerContext;
