using Telemetry.Autopsy;
using Telemetry.Store.Serialization;
using Telemetry.Wire;

namespace Telemetry.Store.Sqlite.State;

/// <summary><see cref="StreamFacts"/> as JSON; intervals as <see cref="IntervalCodec"/> writes them.</summary>
internal sealed record StreamRow(
    string Name, string Kind, string Workload, Lane Lane, bool Closed, ulong Next, long Progress, ulong Offset, ulong Size, byte[] Lost,
    byte[] Refused)
{
    public static StreamRow Of(StreamFacts facts) => new(
        facts.Name, facts.Kind, facts.WorkloadId, facts.Lane, facts.Closed, facts.NextSeq, facts.ProgressUnixUs, facts.ReadOffset,
        facts.SourceSize, IntervalCodec.Encode(facts.Lost), IntervalCodec.Encode(facts.Refused));

    public StreamFacts ToFacts() => new()
    {
        Name = Name ?? "",
        Kind = Kind ?? "",
        WorkloadId = Workload ?? "",
        Lane = Lane,
        Closed = Closed,
        NextSeq = Next,
        ProgressUnixUs = Progress,
        ReadOffset = Offset,
        SourceSize = Size,
        Lost = IntervalCodec.Decode(Lost),
        Refused = IntervalCodec.Decode(Refused),
    };
}
