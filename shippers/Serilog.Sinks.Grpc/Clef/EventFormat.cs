namespace Serilog.Sinks.Grpc.Clef;

/// <summary>How much of one event is kept. What a limit cuts is marked where it was.</summary>
internal sealed record EventLimits
{
    /// <summary>Of the encoded event, bytes; a larger one becomes a placeholder.</summary>
    public int EventBytes { get; init; } = 256 << 10;

    /// <summary>Of one text, characters.</summary>
    public int TextLength { get; init; } = 32 << 10;

    /// <summary>Of a list, dictionary or structure, elements.</summary>
    public int Elements { get; init; } = 1000;

    /// <summary>Of values in values.</summary>
    public int Depth { get; init; } = 10;
}
