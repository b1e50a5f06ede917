using System.Text.Json;

namespace Serilog.Sinks.Grpc.Clef;

/// <summary>What is written of an event, and how much of it is kept. What a limit cuts is marked where it was.</summary>
internal sealed record EventFormat
{
    /// <summary>Of the encoded event, bytes; a larger one becomes a placeholder.</summary>
    public int EventBytes { get; init; } = 256 << 10;

    /// <summary>Of one text, characters.</summary>
    public int TextLength { get; init; } = 32 << 10;

    /// <summary>Of a list, dictionary or structure, elements.</summary>
    public int Elements { get; init; } = 1000;

    /// <summary>Of values in values.</summary>
    public int Depth { get; init; } = 10;

    /// <summary>What is written beside time, level, message and properties.</summary>
    public IncludedData Included { get; init; } = IncludedData.All;

    /// <summary>Properties that every event has unless it has one of that name.</summary>
    public IReadOnlyList<(string Name, JsonEncodedText Encoded, string Value)> Attributes { get; init; } = [];

    /// <summary>As the options say.</summary>
    public static EventFormat Of(GrpcSinkOptions options) => new()
    {
        EventBytes = options.EventBodyLimit,
        Included = options.IncludedData,
        Attributes = [.. options.ResourceAttributes.Select(a => (a.Key, JsonEncodedText.Encode(ClefWriter.NameOf(a.Key)), a.Value))],
    };
}
