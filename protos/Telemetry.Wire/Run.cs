namespace Telemetry.Wire;

/// <summary>A contiguous range of one stream, as in <c>telemetry.v1.Run</c>.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Epoch">The stream's epoch.</param>
/// <param name="FirstSeq">Number of the first record.</param>
/// <param name="Count">Records, at least 1.</param>
/// <param name="MintedUnixUs">When the shipper made the records, microseconds since the Unix epoch.</param>
public readonly record struct Run(StreamId Stream, Epoch Epoch, ulong FirstSeq, uint Count, long MintedUnixUs)
{
    /// <summary>Number after the last record.</summary>
    public ulong NextSeq => FirstSeq + Count;
}
