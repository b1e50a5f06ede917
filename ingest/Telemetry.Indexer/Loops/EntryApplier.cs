using Google.Protobuf;
using Telemetry.Autopsy;
using Telemetry.Indexer.Enrichment;
using Telemetry.Store;
using Telemetry.Store.Sqlite.State;
using Telemetry.Wire;
using Crash = Telemetry.Protos.V1.Crash;

namespace Telemetry.Indexer.Loops;

/// <summary>
/// Applies sound entries of the bus to the state and to the store. Either may be past an entry; what the other then gets is what it
/// would have got at first. Not thread-safe.
/// </summary>
internal sealed class EntryApplier(
    PartitionContext partition, SqliteLaneState state, IDocumentWriter writer, PendingLetters letters)
{
    private readonly LaneContext _lane = partition.Lane;
    private readonly EnvelopeCache _envelopes = new(partition.Directory, partition.Lane.Lane);
    private readonly DocumentMaker _maker = new(
        new LabelNames(), partition.Lane.Options.Promoted, partition.Lane.Metrics, partition.Lane.Log, partition.Name, partition.Lane.Time);

    private HashSet<LifetimeId> _eventful = [];

    /// <summary>Lifetimes to which more happened than a sign of life, since the last call.</summary>
    public IReadOnlySet<LifetimeId> TakeEventful()
    {
        var eventful = _eventful;
        _eventful = [];
        return eventful;
    }

    /// <summary>Applies the records of a batch.</summary>
    public void Apply(in Arrival arrival, BatchHeader header, ReadOnlySpan<byte> raw)
    {
        var digest = RunJudge.Digest(header);
        var records = new RecordsReader(raw);
        var first = 0;
        foreach (var run in header.Runs)
        {
            _lane.Metrics.Record((int)run.Count);
            var verdict = Judge(arrival, header.Lifetime, run, digest, out var epoch);
            if (verdict == RunVerdict.Resend)
            {
                _lane.Metrics.Duplicate((int)run.Count);
                Skip(ref records, run.Count);
            }
            else
            {
                ApplyRun(arrival, header.Lifetime, run, epoch, first, verdict == RunVerdict.Conflict, ref records);
            }

            first += (int)run.Count;
        }
    }

    /// <summary>Declares records lost, and writes the document that says so.</summary>
    public void Declare(in Arrival arrival, Protos.V1.Loss loss, in Run run)
    {
        var lifetime = arrival.Entry.Stamp.Lifetime;
        if (arrival.Learn)
        {
            _eventful.Add(lifetime);
            LifetimeReducer.Apply(state, new FactStamp(lifetime, run.MintedUnixUs, arrival.BusUnixUs, ""), loss);
        }

        if (arrival.Write)
        {
            // The document may not have the identity of a record that could still come in a sound batch.
            var epoch = new Epoch(~run.Epoch.Value ^ (ulong)arrival.Entry.Position.Value);
            var envelope = _envelopes.Find(arrival.Entry.Stamp, run.Stream, epoch);
            _maker.Record(new RecordId(lifetime, run.Stream, epoch, run.FirstSeq), run, loss, envelope, arrival.BusUnixUs);
            Write(conflict: false);
            _lane.Metrics.Document(1);
        }
    }

    private RunVerdict Judge(in Arrival arrival, LifetimeId lifetime, in Run run, ulong digest, out Epoch epoch)
    {
        var how = new ReceivedRun(run.Count, digest, arrival.BusUnixUs, arrival.Entry.Position.Value);
        if (!arrival.Learn)
        {
            return RunJudge.Recall(state, lifetime, run, how, out epoch);
        }

        state.Lifetime(lifetime).Heard(run.MintedUnixUs, arrival.BusUnixUs);
        var verdict = RunJudge.Judge(state, lifetime, run, how, out epoch);
        if (verdict == RunVerdict.Conflict)
        {
            state.Lifetime(lifetime).Conflicts++;
            _lane.Metrics.Conflict((int)run.Count);
            if (_lane.ConflictLimit.Allows(out var suppressed))
            {
                _lane.Log.Conflict(lifetime.ToString(), run.Stream.ToString(), run.FirstSeq, run.NextSeq, suppressed);
            }
        }

        return verdict;
    }

    private static void Skip(ref RecordsReader records, uint count)
    {
        for (uint i = 0; i < count; i++)
        {
            records.Next();
        }
    }

    private void ApplyRun(
        in Arrival arrival, LifetimeId lifetime, in Run run, Epoch epoch, int first, bool conflict, ref RecordsReader records)
    {
        var envelope = arrival.Write ? _envelopes.Find(arrival.Entry.Stamp, run.Stream, epoch) : null;
        var documents = 0;

        // A store that is written again does not get back what was purged from it.
        var withheld = arrival.Learn ? null : state.Withheld(new StreamEpoch(lifetime, run.Stream, epoch));
        for (uint i = 0; i < run.Count && records.Next(); i++)
        {
            var id = new RecordId(lifetime, run.Stream, epoch, run.FirstSeq + i);
            if (withheld is not null && withheld.Overlaps(id.Seq, id.Seq + 1))
            {
                continue;
            }

            if (records.Kind != RecordKind.Line)
            {
                documents += ApplyRecord(arrival, id, run, first + (int)i, records.Kind, records.Body, conflict) ? 1 : 0;
            }
            else if (envelope is not null)
            {
                _maker.Line(id, run, records.Body, records.TruncatedBytes, envelope, arrival.BusUnixUs);
                Write(conflict);
                documents++;
            }
        }

        _lane.Metrics.Document(documents);
    }

    private bool ApplyRecord(
        in Arrival arrival, in RecordId id, in Run run, int index, RecordKind kind, ReadOnlySpan<byte> body, bool conflict)
    {
        var decodes = RecordMessages.TryDecode(kind, body, out var record);
        if (!decodes)
        {
            letters.Add(arrival.Entry, index, "A record does not decode.", body);
            _lane.Metrics.DeadLetter(1);
        }
        else if (arrival.Learn)
        {
            // What the record says is learned before its document is made, which may say it too.
            Learn(arrival, id, run, record);
        }

        if (!arrival.Write || (decodes && !RecordDocument.IsDocument(record)))
        {
            return false;
        }

        var envelope = _envelopes.Find(arrival.Entry.Stamp, id.Stream, id.Epoch);
        if (decodes)
        {
            _maker.Record(id, run, record, envelope, arrival.BusUnixUs);
        }
        else
        {
            _maker.Unknown(id, run, "a record that does not decode", envelope, arrival.BusUnixUs);
        }

        Write(conflict);
        return true;
    }

    private void Learn(in Arrival arrival, in RecordId id, in Run run, IMessage record)
    {
        var document = record is Crash ? DocumentId.From(id, run.MintedUnixUs).ToString() : "";
        LifetimeReducer.Apply(state, new FactStamp(id.Lifetime, run.MintedUnixUs, arrival.BusUnixUs, document), record);
        if (record is not Protos.V1.Heartbeat)
        {
            _eventful.Add(id.Lifetime);
        }

        partition.Directory.Learn(id.Lifetime, state.Peek(id.Lifetime), record);
    }

    private void Write(bool conflict)
    {
        if (conflict)
        {
            _maker.Document.Set(Fields.TelemetryConflict, 1);
        }

        writer.Write(_maker.Document);
    }
}
