using Telemetry.Query;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>Writes and drops the rows of blocks in one partition, within the caller's transaction. Not thread-safe.</summary>
internal sealed class BlockRows : ITermSink, IDisposable
{
    private readonly BlockBuilder _builder;
    private readonly ChunkEncoder _chunks = new();
    private readonly TermEncoder _terms = new();
    private readonly ByteList _sealed = new();
    private readonly bool _isSealed;
    private readonly Dictionary<string, (int Id, FieldType Type)> _fields = new(StringComparer.Ordinal);
    private readonly SqliteStatement _putField;
    private readonly SqliteStatement _putBlock;
    private readonly SqliteStatement _putChunk;
    private readonly SqliteStatement _putTerm;
    private readonly SqliteStatement _dropBlock;
    private readonly SqliteStatement _dropChunks;
    private readonly SqliteStatement _dropTerms;
    private long _termBlock;
    private int _termField;

    /// <param name="database">The partition.</param>
    /// <param name="builder">Holds the documents of the blocks that are written; is told that this is another partition.</param>
    public BlockRows(SqliteDatabase database, BlockBuilder builder)
    {
        _builder = builder;
        _isSealed = database.Number("PRAGMA user_version") >= ChunkSeal.FirstVersion;
        _putField = database.Prepare("INSERT INTO field VALUES(?, ?, ?)");
        _putBlock = database.Prepare("INSERT INTO block VALUES(?, ?, ?, ?, ?, ?)");
        _putChunk = database.Prepare("INSERT INTO chunk VALUES(?, ?)");
        _putTerm = database.Prepare("INSERT INTO term VALUES(?, ?)");
        _dropBlock = database.Prepare("DELETE FROM block WHERE id = ?");
        _dropChunks = database.Prepare("DELETE FROM chunk WHERE id BETWEEN ? AND ?");
        _dropTerms = database.Prepare("DELETE FROM term WHERE id BETWEEN ? AND ?");
        builder.ForgetFieldIds();
        using var fields = database.Prepare("SELECT name, id, type FROM field");
        while (fields.Step())
        {
            _fields.Add(fields.Text(0), ((int)fields.Int64(1), (FieldType)fields.Int64(2)));
        }
    }

    /// <summary>True when <see cref="Declare"/> has something to do.</summary>
    public bool Lacks(PromotedFields fields) => fields.All.Any(promoted => !_fields.ContainsKey(promoted.Field.Name));

    /// <summary>Gives a number to each field that has none.</summary>
    public void Declare(PromotedFields fields)
    {
        foreach (var promoted in fields.All)
        {
            IdOf(promoted.Field);
        }
    }

    /// <summary>Writes the builder's documents from <paramref name="first"/> on as one block; returns their times.</summary>
    public (Range Timestamps, Range Minted) Put(long block, int first, bool isFinal)
    {
        var times = PutBlockRow(block, first);
        _chunks.IsFinal = isFinal;
        foreach (var column in _builder.Columns)
        {
            if (!column.IsEmpty && column.Encode(first, _builder.Count, _chunks) && FieldId(column) is var field and >= 0)
            {
                _putChunk.Bind(1, ChunkKey.Of(block, field));
                _putChunk.Bind(2, Blob(_chunks.Output.Written));
                _putChunk.Run();
                PutTerms(column, block, field, first);
            }
        }

        return times;
    }

    public void Drop(long block)
    {
        _dropBlock.Bind(1, block);
        _dropBlock.Run();
        foreach (var statement in (ReadOnlySpan<SqliteStatement>)[_dropChunks, _dropTerms])
        {
            statement.Bind(1, ChunkKey.First(block));
            statement.Bind(2, ChunkKey.Last(block));
            statement.Run();
        }
    }

    public void Dispose()
    {
        foreach (var statement in (ReadOnlySpan<SqliteStatement>)
            [_putField, _putBlock, _putChunk, _putTerm, _dropBlock, _dropChunks, _dropTerms])
        {
            statement.Dispose();
        }
    }

    void ITermSink.Put(int part, ReadOnlySpan<byte> bytes)
    {
        _putTerm.Bind(1, ChunkKey.Of(_termBlock, _termField, part));
        _putTerm.Bind(2, Blob(bytes));
        _putTerm.Run();
    }

    private ReadOnlySpan<byte> Blob(ReadOnlySpan<byte> content)
    {
        if (!_isSealed)
        {
            return content;
        }

        ChunkSeal.Write(content, _sealed);
        return _sealed.Written;
    }

    private void PutTerms(ColumnBuilder column, long block, int field, int first)
    {
        if (column is SearchedColumnBuilder searched && searched.CollectTerms(first, _builder.Count, _terms))
        {
            (_termBlock, _termField) = (block, field);
            _terms.Write(this);
        }
    }

    private (Range Timestamps, Range Minted) PutBlockRow(long block, int first)
    {
        var timestamps = Range.Of(_builder.Timestamps[first..]);
        var minted = Range.Of(_builder.Minted[first..]);
        _putBlock.Bind(1, block);
        _putBlock.Bind(2, _builder.Count - first);
        _putBlock.Bind(3, timestamps.Min);
        _putBlock.Bind(4, timestamps.Max);
        _putBlock.Bind(5, minted.Min);
        _putBlock.Bind(6, minted.Max);
        _putBlock.Run();
        return (timestamps, minted);
    }

    private int FieldId(ColumnBuilder column) =>
        column.FieldId >= 0 ? column.FieldId : column.FieldId = IdOf(column.Name);

    // Attributes beyond the limit stay in event.original only; so does a value that is no longer of its field's type, which readers
    // would take for one that is.
    private int IdOf(FieldName name)
    {
        if (_fields.TryGetValue(name.Name, out var known))
        {
            return known.Type == name.Type ? known.Id : -1;
        }

        if (_fields.Count >= BlockLimits.MaxFields)
        {
            return -1;
        }

        var id = _fields.Count;
        _putField.Bind(1, id);
        _putField.BindText(2, name.Name);
        _putField.Bind(3, (int)name.Type);
        _putField.Run();
        _fields.Add(name.Name, (id, name.Type));
        return id;
    }
}
