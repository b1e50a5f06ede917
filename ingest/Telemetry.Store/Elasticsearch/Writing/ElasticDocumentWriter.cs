namespace Telemetry.Store.Elasticsearch.Writing;

/// <summary>
/// One partition's documents on their way into the pool. Exactly once follows from their ids; where a rollover hides those, from
/// <see cref="Mark"/>. Not thread-safe.
/// </summary>
/// <remarks>
/// After a commit failed the writer can be used on: what it wrote since the last good one is written again from there and then in
/// doubt.
/// </remarks>
internal sealed class ElasticDocumentWriter(ElasticBulkPool pool, WriterOpening opening) : IDocumentWriter
{
    private readonly List<CommitScope> _closed = [];

    // What is not committed lies in these indices or later ones, whoever wrote it.
    private BackingIndex?[] _marks = WriteIndexes.Parse(opening.Mark);
    private long _inDoubtUntil = opening.InDoubtUntil;
    private long _highest = -1;
    private CommitScope _scope = new();
    private BulkItem _origin;

    /// <inheritdoc/>
    public long AppliedPosition => long.MaxValue;

    /// <inheritdoc/>
    public string Mark { get; private set; } = opening.Mark;

    /// <inheritdoc/>
    public long PendingBytes => _scope.Bytes;

    /// <inheritdoc/>
    public bool Begin(long position, long busUnixUs)
    {
        _highest = Math.Max(_highest, position);
        _origin = new BulkItem { Scope = _scope, Position = position, IsInDoubt = position < _inDoubtUntil };
        return true;
    }

    /// <inheritdoc/>
    public void Write(Document document)
    {
        ArgumentNullException.ThrowIfNull(document);
        if (_origin.Scope is null)
        {
            throw new InvalidOperationException("Begin comes before Write");
        }

        pool.Add(document, _origin, _marks);
    }

    /// <inheritdoc/>
    public ValueTask WaitForRoomAsync(CancellationToken cancel)
    {
        ThrowIfFaulted();
        return pool.HasRoom ? ValueTask.CompletedTask : new ValueTask(WaitAsync(cancel));
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<RefusedDocument>> CommitAsync(long next, CancellationToken cancel)
    {
        // What is written from here on lies in these indices or later ones.
        var marks = pool.KnownOr(_marks);
        _scope.Close();
        _closed.Add(_scope);
        _scope = new CommitScope();
        _origin.Scope = _scope;
        pool.Flush();

        // A commit that was cancelled left its documents to this one.
        try
        {
            foreach (var scope in _closed)
            {
                await scope.Done.WaitAsync(cancel);
            }
        }
        catch (IOException)
        {
            Forget();
            throw;
        }

        IReadOnlyList<RefusedDocument> refused = _closed is [var one] ? one.Refused() : [.. _closed.SelectMany(scope => scope.Refused())];
        _closed.Clear();
        if (next >= _inDoubtUntil)
        {
            // Until then some of what is uncommitted may lie where the mark of the opening says.
            (_marks, Mark) = (marks, WriteIndexes.Print(marks));
        }

        return refused;
    }

    /// <inheritdoc/>
    public void Rest(long busUnixUs)
    {
        // Elasticsearch rolls over by itself.
    }

    /// <summary>What is not committed need not be sent any more; requests under way end by themselves.</summary>
    public ValueTask DisposeAsync()
    {
        _scope.Abandon();
        _closed.ForEach(scope => scope.Abandon());
        return ValueTask.CompletedTask;
    }

    private async Task WaitAsync(CancellationToken cancel)
    {
        while (!pool.HasRoom)
        {
            await pool.NextRoomAsync().WaitAsync(cancel);
            ThrowIfFaulted();
        }
    }

    private void ThrowIfFaulted()
    {
        if ((_scope.Fault ?? _closed.FirstOrDefault(scope => scope.Fault is not null)?.Fault) is { } fault)
        {
            throw new IOException(fault.Message, fault);
        }
    }

    private void Forget()
    {
        _closed.ForEach(scope => scope.Abandon());
        _closed.Clear();
        _scope.Abandon();
        _scope = new CommitScope();
        _origin = default;
        _inDoubtUntil = Math.Max(_inDoubtUntil, _highest + 1);
    }
}
