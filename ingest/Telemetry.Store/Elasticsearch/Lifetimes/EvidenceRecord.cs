using Telemetry.Autopsy;
using Telemetry.Wire;

namespace Telemetry.Store.Elasticsearch.Lifetimes;

/// <summary>
/// <see cref="LifetimeEvidence"/> as it is stored, without its crashes, which lie beside it so that they can be read without the rest.
/// </summary>
internal sealed record EvidenceRecord
{
    public LifetimeId Id { get; init; }

    public LifetimeFacts? Critical { get; init; }

    public LifetimeFacts? Bulk { get; init; }

    public List<StreamRecord>? Streams { get; init; }

    public List<ReceivedRecord>? Received { get; init; }

    public List<LifetimeLoss>? Losses { get; init; }

    public LifetimeId? Predecessor { get; init; }

    public LifetimeId? Successor { get; init; }

    public static EvidenceRecord From(LifetimeEvidence evidence) => new()
    {
        Id = evidence.Id,
        Critical = evidence.Critical,
        Bulk = evidence.Bulk,
        Streams = [.. evidence.Streams.Select(stream => new StreamRecord(stream.Key.Stream, stream.Key.Epoch, stream.Value))],
        Received = [.. evidence.Received.Select(row => new ReceivedRecord(row.Key.Stream, row.Key.Epoch, row.Lane, row.Received))],
        Losses = [.. evidence.Losses],
        Predecessor = evidence.Predecessor,
        Successor = evidence.Successor,
    };

    public LifetimeEvidence ToEvidence(IReadOnlyList<LifetimeCrash> crashes) => new(Id)
    {
        Critical = Critical,
        Bulk = Bulk,
        Streams = [.. (Streams ?? []).Select(row => KeyValuePair.Create(new StreamEpoch(Id, row.Stream, row.Epoch), row.Facts))],
        Received = [.. (Received ?? []).Select(row => (new StreamEpoch(Id, row.Stream, row.Epoch), row.Lane, row.Received))],
        Losses = Losses ?? [],
        Crashes = crashes,
        Predecessor = Predecessor,
        Successor = Successor,
    };
}

/// <summary>What was said about a stream.</summary>
internal sealed record StreamRecord(StreamId Stream, Epoch Epoch, StreamFacts Facts);

/// <summary>What was received of a stream.</summary>
internal sealed record ReceivedRecord(StreamId Stream, Epoch Epoch, Lane Lane, ReceivedStream Received);
