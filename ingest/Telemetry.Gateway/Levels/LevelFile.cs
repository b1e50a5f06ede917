using System.Text.Json;
using System.Text.Json.Serialization;

namespace Telemetry.Gateway.Levels;

/// <summary>Content of <c>levels.json</c>.</summary>
internal sealed record LevelFile(int Format, IReadOnlyList<LevelRule> Levels)
{
    public const int CurrentFormat = 1;

    public static readonly LevelFile Empty = new(CurrentFormat, []);

    /// <summary>Throws <see cref="GatewayException"/> with one sentence when the file is there but cannot be used.</summary>
    public static LevelFile Read(string path)
    {
        try
        {
            if (!File.Exists(path))
            {
                return Empty;
            }

            var file = JsonSerializer.Deserialize(File.ReadAllBytes(path), LevelJson.Default.LevelFile);
            return file is { Format: CurrentFormat, Levels: not null } && file.Levels.All(IsUsable)
                ? file
                : throw new GatewayException($"The file of levels '{path}' is not of format {CurrentFormat}.");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new GatewayException($"The file of levels '{path}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Replaces the file at once.</summary>
    public void Write(string path) => PrivateFile.Replace(path, JsonSerializer.SerializeToUtf8Bytes(this, LevelJson.Default.LevelFile));

    private static bool IsUsable(LevelRule rule) => rule is { Service: not null, Level: not null, By: not null };
}

/// <summary>Source-generated, so that reading the file needs no reflection.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(LevelFile))]
internal sealed partial class LevelJson : JsonSerializerContext;
