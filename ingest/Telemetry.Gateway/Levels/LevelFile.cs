using System.Text.Json.Serialization;

namespace Telemetry.Gateway.Levels;

/// <summary>Content of <c>levels.json</c>.</summary>
internal sealed record LevelFile(int Format, IReadOnlyList<LevelRule> Levels)
{
    private const int CurrentFormat = 1;

    public static readonly LevelFile Empty = new(CurrentFormat, []);

    /// <summary>Of this version's format, with nothing missing.</summary>
    public static bool IsUsable(LevelFile file) => file is { Format: CurrentFormat, Levels: not null }
        && file.Levels.All(rule => rule is { Service: not null, Level: not null, By: not null });
}

/// <summary>Source-generated, so that reading the file needs no reflection.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(LevelFile))]
internal sealed partial class LevelJson : JsonSerializerContext;
