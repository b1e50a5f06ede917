using System.Globalization;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>
/// The partition that is written. New documents become blocks at each commit; small neighbours are merged as the digits of a
/// binary counter carry, so that a document is rewritten a few times at most however often commits come, and a full block
/// is written once more, packed. After a call that threw it can only be disposed; the file is as it was committed last.
/// Not thread-safe.
/// </summary>
internal sealed class PartitionWriter : IDisposable
{
    private readonly SqliteDatabase _database;
    private readonly BlockBuilder _builder;
    private readonly Stack<Part> _parts = new();
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _commit;
    private readonly SqliteStatement _putMeta;
    private readonly SqliteStatement _pageCount;
    private readonly long _pageBytes;
    private readonly BlockRows _rows;
    private PartitionMeta _meta;
    private bool _isInTransaction;
    private int _stored;

    private PartitionWriter(PartitionName name, SqliteDatabase database, BlockBuilder builder)
    {
        (Name, _database, _builder) = (name, database, builder);
        _begin = database.Prepare("BEGIN IMMEDIATE");
        _commit = database.Prepare("COMMIT");
        _putMeta = database.Prepare("INSERT OR REPLACE INTO meta VALUES(?, ?)");
        _pageCount = database.Prepare("PRAGMA page_count");
        _pageBytes = database.Number("PRAGMA page_size") ?? 0;
        _meta = PartitionMeta.Read(database);
        Applied = _meta.Applied;
        builder.Clear();
        _rows = new BlockRows(database, builder);
    }

    public PartitionName Name { get; }

    /// <summary>First bus position that is not stored.</summary>
    public long Applied { get; private set; }

    /// <summary>Documents written.</summary>
    public long Documents => _meta.Documents;

    /// <summary>Bus time at which it begins, microseconds since the Unix epoch.</summary>
    public long BusStartUnixUs => _meta.BusStartUnixUs;

    /// <summary>Size of the file with all that is not committed yet, bytes.</summary>
    public long Bytes
    {
        get
        {
            _pageCount.Step();
            var pages = _pageCount.Int64(0);
            _pageCount.Reset();
            return pages * _pageBytes;
        }
    }

    /// <summary>
    /// Makes the file. It appears under its name with its tables in it or not at all; the first commit makes the name
    /// durable, as SQLite syncs the directory with a new log.
    /// </summary>
    public static PartitionWriter Create(
        PartitionName name, long busStartUnixUs, long applied, BlockBuilder builder, SqliteStoreOptions options)
    {
        var temporary = name.Path + ".new";
        File.Delete(temporary);
        using (var database = SqliteDatabase.Create(temporary))
        {
            database.Execute("PRAGMA page_size=8192");
            database.Execute("BEGIN");
            database.Execute(PartitionSchema.Create());
            PartitionMeta.Write(database, PartitionMeta.New(busStartUnixUs, applied));
            database.Execute("COMMIT");
            database.Execute("PRAGMA journal_mode=WAL");
        }

        File.Move(temporary, name.Path);
        return Open(name, builder, options);
    }

    public static PartitionWriter Open(PartitionName name, BlockBuilder builder, SqliteStoreOptions options)
    {
        var database = SqliteDatabase.OpenExisting(name.Path);
        try
        {
            database.Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
            database.Execute("PRAGMA cache_size=-8192; PRAGMA wal_autocheckpoint=1000; PRAGMA journal_size_limit=16777216");
            if (options.MaxPages is { } pages)
            {
                database.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA max_page_count={pages}"));
            }

            var writer = new PartitionWriter(name, database, builder);
            writer.Declare(options.Promoted);
            return writer;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Adds a document; writes the block when it is full. Returns about how many bytes it holds.</summary>
    public long Write(Document document)
    {
        var bytes = _builder.Add(document);
        if (_builder.IsFull)
        {
            CloseBlock();
        }

        return bytes;
    }

    /// <summary>Makes everything written durable and visible, with the position.</summary>
    public void Commit(long applied)
    {
        if (_builder.Count > _stored)
        {
            PutRest();
        }

        if (applied == Applied && !_isInTransaction)
        {
            return;
        }

        Begin();
        _meta.Applied = applied;
        foreach (var (key, value) in _meta.Pairs())
        {
            _putMeta.BindText(1, key);
            _putMeta.Bind(2, value);
            _putMeta.Run();
        }

        _commit.Run();
        _isInTransaction = false;
        Applied = applied;
    }

    /// <summary>Packs the last block. Everything has to be committed.</summary>
    public void Finish()
    {
        if (_builder.Count == 0 || _builder.Count > _stored)
        {
            return;
        }

        CloseBlock();
        _commit.Run();
        _isInTransaction = false;
        _database.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }

    public void Dispose()
    {
        foreach (var statement in (ReadOnlySpan<SqliteStatement>)[_begin, _commit, _putMeta, _pageCount])
        {
            statement.Dispose();
        }

        _rows.Dispose();
        _database.Dispose();
    }

    private void Declare(PromotedFields fields)
    {
        if (!_rows.Lacks(fields))
        {
            return;
        }

        try
        {
            Begin();
            _rows.Declare(fields);
            _commit.Run();
            _isInTransaction = false;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private void Begin()
    {
        if (!_isInTransaction)
        {
            _begin.Run();
            _isInTransaction = true;
        }
    }

    private void CloseBlock()
    {
        PutBlock(0, isFinal: true);
        _meta.Next += _builder.Count;
        _parts.Clear();
        _stored = 0;
        _builder.Clear();
    }

    private void PutRest()
    {
        var start = _stored;
        var end = _builder.Count;
        foreach (var part in _parts)
        {
            if (part.Count > end - start)
            {
                break;
            }

            start = part.First;
        }

        PutBlock(start, isFinal: false);
        _parts.Push(new Part(start, end - start));
        _stored = end;
    }

    private void PutBlock(int first, bool isFinal)
    {
        Begin();
        while (_parts.TryPeek(out var part) && part.First >= first)
        {
            _rows.Drop(_meta.Next + part.First);
            _parts.Pop();
        }

        _meta.Documents += _builder.Count - _stored;
        var (timestamps, minted) = _rows.Put(_meta.Next + first, first, isFinal);
        _meta.Include(timestamps, minted);
    }

    private readonly record struct Part(int First, int Count);
}
