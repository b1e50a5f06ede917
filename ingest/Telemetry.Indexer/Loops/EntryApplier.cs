using Google.Protobuf;
using Telemetry.Autopsy;
using Telemetry.Bus;
using Telemetry.Indexer.Enrichment;
using Telemetry.Store;
using Telemetry.Store.Sqlite.State;
using Telemetry.Wire;
using Crash = Telemetry.Protos.V1.Crash;
using Loss = Telemetry.Protos.V1.Loss;
using LossReason = Telemetry.Protos.V1.LossReason;

namespace Telemetry.Indexer.Loops;

/// <summary>
/// Applies entries of the bus to the state and, unless the store has them already, to the store. The state is changed the same
/// way in both cases, so that a replay ends where the first reading did. Not thread-safe.
/// </summary>
internal sealed class EntryApplier(LaneContext lane, SqliteLaneState state, IDocumentWriter writer)
{
    private readonly EnvelopeCache _envelopes = new(lane.Directory, lane.Lane);
    private readonly DocumentMaker _maker = new(new LabelNames(), lane.Metrics, lane.Log, lane.Name, lane.Time);

    /// <summary>Applies a sound entry.</summary>
    public void Apply(in BusEntry entry, BatchHeader header, ReadOnlySpan<byte> raw, bool write)
    {
        var digest = RunJudge.Digest(header);
        var records = new RecordsReader(raw);
        foreach (var run in header.Runs)
        {
            var verdict = RunJudge.Judge(state, header.Lifetime, run, digest, entry.Stamp.BusUnixUs, out var epoch);
            state.Lifetime(header.Lifetime).Heard(run.MintedUnixUs, entry.Stamp.BusUnixUs);
            lane.Metrics.Record((int)run.Count);
            if (verdict == RunVerdict.Resend)
            {
                lane.Metrics.Duplicate((int)run.Count);
                Skip(ref records, run.Count);
                continue;
            }

            if (verdict == RunVerdict.Conflict)
            {
                Conflict(header.Lifetime, run);
            }

            ApplyRun(entry, header.Lifetime, run, epoch, verdict == RunVerdict.Conflict, ref records, write);
        }
    }

    private static void Skip(ref RecordsReader records, uint count)
    {
        for (uint i = 0; i < count; i++)
        {
            records.Next();
        }
    }

    private void Conflict(LifetimeId lifetime, in Run run)
    {
        state.Lifetime(lifetime).Conflicts++;
        lane.Metrics.Conflict((int)run.Count);
        if (lane.ConflictLimit.Allows(out var suppressed))
        {
            lane.Log.Conflict(lifetime.ToString(), run.Stream.ToString(), run.FirstSeq, run.NextSeq, suppressed);
        }
    }

    private void ApplyRun(
        in BusEntry entry, LifetimeId lifetime, in Run run, Epoch epoch, bool conflict, ref RecordsReader records, bool write)
    {
        var envelope = write ? _envelopes.Find(entry.Stamp, run.Stream, epoch) : null;
        var documents = 0;
        for (uint i = 0; i < run.Count && records.Next(); i++)
        {
            var id = new RecordId(lifetime, run.Stream, epoch, run.FirstSeq + i);
            if (records.Kind != RecordKind.Line)
            {
                // What the record says is learned before its document is made, which may say it too.
                documents += ApplyRecord(entry, id, run, records.Kind, records.Body, conflict, write) ? 1 : 0;
                continue;
            }

            if (envelope is not null)
            {
                _maker.Line(id, run, records.Body, records.TruncatedBytes, envelope, entry.Stamp.BusUnixUs);
                Write(conflict);
                documents++;
            }
        }

        lane.Metrics.Document(documents);
    }

    private bool ApplyRecord(
        in BusEntry entry, in RecordId id, in Run run, RecordKind kind, ReadOnlySpan<byte> body, bool conflict, bool write)
    {
        if (!RecordMessages.TryDecode(kind, body, out var record))
        {
            lane.DeadLetters.Keep(entry, (int)(id.Seq & int.MaxValue), "A record does not decode.", body);
            lane.Metrics.DeadLetter();
            record = null;
        }
        else
        {
            var document = record is Crash ? DocumentId.From(id, run.MintedUnixUs).ToString() : "";
            LifetimeReducer.Apply(
                state, new FactStamp(id.Lifetime, run.MintedUnixUs, entry.Stamp.BusUnixUs, document), record);
            lane.Directory.Learn(id.Lifetime, state.Peek(id.Lifetime), record);
        }

        if (!write || record is not null && !RecordDocument.IsDocument(record))
        {
            return false;
        }

        var envelope = _envelopes.Find(entry.Stamp, id.Stream, id.Epoch);
        if (record is null)
        {
            _maker.Unknown(id, run, "a record that does not decode", envelope, entry.Stamp.BusUnixUs);
        }
        else
        {
            _maker.Record(id, run, record, envelope, entry.Stamp.BusUnixUs);
        }

        Write(conflict);
        return true;
    }

    private void Write(bool conflict)
    {
        if (conflict)
        {
            _maker.Document.Set(Fields.TelemetryConflict, 1);
        }

        writer.Write(_maker.Document);
    }

    /// <summary>Keeps an entry that is not sound and declares its records lost.</summary>
    public void DeadLetter(in BusEntry entry, BatchHeader? header, string problem, bool write)
    {
        lane.DeadLetters.Keep(entry, null, problem, entry.Body.Span);
        lane.Metrics.DeadLetter();
        if (lane.DeadLetterLimit.Allows(out var suppressed))
        {
            lane.Log.DeadLetter(lane.Name, entry.Position.Value, problem, suppressed);
        }

        foreach (var loss in Losses(entry, header, problem))
        {
            Declare(entry, loss, write);
        }
    }

    private static IEnumerable<(Loss Loss, Run Run)> Losses(BusEntry entry, BatchHeader? header, string problem)
    {
        var minted = entry.Stamp.BusUnixUs;
        if (header is null || header.Lifetime != entry.Stamp.Lifetime)
        {
            // Whose records these were is not to be believed: the bytes are counted against the one who sent them.
            var loss = new Loss { Bytes = (ulong)entry.Body.Length, Reason = LossReason.Decoding, Detail = problem };
            yield return (loss, new Run(default, new Epoch((ulong)entry.Position.Value), 0, 1, minted));
            yield break;
        }

        foreach (var run in header.Runs)
        {
            var loss = new Loss
            {
                StreamId = run.Stream.Value, Epoch = run.Epoch.Value, FirstSeq = run.FirstSeq, Count = run.Count,
                Reason = LossReason.Decoding, Detail = problem,
            };
            yield return (loss, run);
        }
    }

    private void Declare(in BusEntry entry, (Loss Loss, Run Run) lost, bool write)
    {
        var (loss, run) = lost;
        var lifetime = entry.Stamp.Lifetime;
        LifetimeReducer.Apply(state, new FactStamp(lifetime, run.MintedUnixUs, entry.Stamp.BusUnixUs, ""), loss);
        if (write)
        {
            // The document may not have the identity of a record that could still come in a sound batch.
            var epoch = new Epoch(~run.Epoch.Value ^ (ulong)entry.Position.Value);
            var envelope = _envelopes.Find(entry.Stamp, run.Stream, epoch);
            _maker.Record(new RecordId(lifetime, run.Stream, epoch, run.FirstSeq), run, loss, envelope, entry.Stamp.BusUnixUs);
            Write(conflict: false);
            lane.Metrics.Document(1);
        }
    }
}
