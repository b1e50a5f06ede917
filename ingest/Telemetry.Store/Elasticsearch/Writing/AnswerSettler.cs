using System.Text;

namespace Telemetry.Store.Elasticsearch.Writing;

/// <summary>Settles the documents of a chunk by the answer to them. Not thread-safe.</summary>
internal sealed class AnswerSettler(Delivery shared)
{
    private CommitScope? _scope;
    private int _ofScope, _stored, _retried, _busy, _blocked, _fault;

    public SettleOutcome Settle(BulkChunk chunk, int from, int to, BulkAnswer answer)
    {
        (_scope, _ofScope, _stored, _retried) = (null, 0, 0, 0);
        (_busy, _blocked, _fault) = (-1, -1, -1);
        for (var i = from; i < to; i++)
        {
            ref var item = ref chunk.Items[i];
            if (TrySettle(chunk, i, ref item, answer, i - from))
            {
                item.IsSettled = true;
                Count(item.Scope);
            }
        }

        Count(null);
        shared.Metrics.Stored(_stored);
        shared.Metrics.Retried(_retried);
        return new SettleOutcome(_retried, _busy, _blocked, _fault);
    }

    private bool TrySettle(BulkChunk chunk, int index, ref BulkItem item, BulkAnswer answer, int at)
    {
        ref readonly var said = ref answer[at];
        switch (ItemVerdicts.Of(said.Status, answer.Text(said.ErrorType), said.IsInFailureStore))
        {
            case ItemVerdict.Stored: return IsStoredOnce(chunk, ref item, answer.Text(said.Index));
            case ItemVerdict.Duplicate: return Exists(chunk, index, item.Stream, answer.Text(said.Index));
            case ItemVerdict.FailureStore: return InFailureStore(chunk, index, item.Stream);
            case ItemVerdict.Retry: return Again(ref _busy, index);
            case ItemVerdict.RetryBlocked: return Again(ref _blocked, index);
            case ItemVerdict.RetryInDoubt when said.Status != 500 || ++item.Failures < ItemVerdicts.MaxFailures:
                chunk.Doubt(index);
                return Again(ref _busy, index);
            case ItemVerdict.Fault: _fault = index; return false;
            default:
                chunk.Refuse(index, answer.Problem(at));
                shared.Metrics.Refused();
                return true;
        }
    }

    private bool IsStoredOnce(BulkChunk chunk, ref BulkItem item, ReadOnlySpan<byte> index)
    {
        shared.Known.Learn(item.Stream, index);
        if (item.IsInDoubt && IsLater(index, chunk.Checked[(int)item.Stream]))
        {
            item.IsUnchecked = true;
            return false;
        }

        _stored++;
        return true;
    }

    // It is safe there, but no query over the stream finds it: the caller has to know.
    private bool InFailureStore(BulkChunk chunk, int index, DocumentStream stream)
    {
        chunk.Refuse(index, "It lies in the failure store, because it does not fit the data stream.");
        shared.Metrics.FailureStore();
        shared.Notices.Tell(ElasticNoticeKind.FailureStore, $"Documents of {shared.Names[stream]} lie in its failure store.");
        return true;
    }

    private bool Exists(BulkChunk chunk, int index, DocumentStream stream, ReadOnlySpan<byte> where)
    {
        chunk.NoteExisting(index, where.IsEmpty ? Encoding.UTF8.GetBytes(shared.Names[stream]) : where);
        return false;
    }

    private bool Again(ref int example, int index)
    {
        example = index;
        _retried++;
        return false;
    }

    // Neighbours are of the same scope nearly always.
    private void Count(CommitScope? scope)
    {
        if (!ReferenceEquals(scope, _scope))
        {
            _scope?.Settle(_ofScope);
            (_scope, _ofScope) = (scope, 0);
        }

        _ofScope++;
    }

    // A stream that was not there when it was asked for begins with generation 1.
    private static bool IsLater(ReadOnlySpan<byte> index, BackingIndex? asked) =>
        !(asked is not null && index.SequenceEqual(asked.Utf8))
        && BackingIndex.TryParse(index, out var created) && created!.Generation > (asked?.Generation ?? 1);
}
