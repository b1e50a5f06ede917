using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Telemetry.Query;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>
/// One reading connection to a partition. Between <see cref="BeginRead"/> and <see cref="EndRead"/> it sees the partition as it
/// was at the beginning. Not thread-safe.
/// </summary>
internal sealed class PartitionReader : IDisposable
{
    private readonly SqliteDatabase _database;
    private readonly bool _isSealed;
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _end;
    private readonly SqliteStatement _blocks;
    private readonly SqliteStatement _fields;
    private readonly SqliteStatement _chunk;
    private readonly SqliteStatement _chunks;
    private readonly SqliteStatement _term;
    private readonly Dictionary<string, PartitionField> _byName = new(StringComparer.Ordinal);
    private readonly List<PartitionField> _byId = [];
    private readonly List<BlockInfo> _blockList = [];

    private PartitionReader(PartitionName name, SqliteDatabase database, bool isSealed)
    {
        (Name, _database, _isSealed) = (name, database, isSealed);
        _begin = database.Prepare("BEGIN");
        _end = database.Prepare("COMMIT");
        _blocks = database.Prepare("SELECT * FROM block ORDER BY id");
        _fields = database.Prepare("SELECT id, name, type FROM field WHERE id >= ? ORDER BY id");
        _chunk = database.Prepare("SELECT data FROM chunk WHERE id = ?");
        _chunks = database.Prepare("SELECT id, data FROM chunk WHERE id BETWEEN ? AND ?");
        _term = database.Prepare("SELECT data FROM term WHERE id = ?");
    }

    public PartitionName Name { get; }

    /// <summary>Blocks in order of arrival.</summary>
    public IReadOnlyList<BlockInfo> Blocks => _blockList;

    /// <summary>Fields by their numbers; those that documents have, <c>@timestamp</c> among them, and the system's.</summary>
    public IReadOnlyList<PartitionField> Fields => _byId;

    /// <summary>Opens. Throws a <see cref="StoreException"/>, also when the partition was deleted meanwhile.</summary>
    public static PartitionReader Open(PartitionName name)
    {
        var database = SqliteDatabase.OpenReadOnly(name.Path);
        try
        {
            var version = database.Number("PRAGMA user_version") ?? 0;
            if (version is < 1 or > PartitionSchema.Version)
            {
                throw new StoreException(
                    SQLitePCL.raw.SQLITE_ERROR,
                    string.Create(CultureInfo.InvariantCulture, $"has format {version}; this version reads 1 to {PartitionSchema.Version}"));
            }

            database.Execute("PRAGMA cache_size=-512");
            return new PartitionReader(name, database, version >= ChunkSeal.FirstVersion);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    public void BeginRead()
    {
        _begin.Run();
        LoadFields();
        LoadBlocks();
    }

    public void EndRead() => _end.Run();

    public bool TryField(string name, [NotNullWhen(true)] out PartitionField? field) => _byName.TryGetValue(name, out field);

    /// <summary>Reads one chunk into <paramref name="column"/>; false when no document of the block has the field.</summary>
    public bool TryRead(in BlockInfo block, int field, Column column)
    {
        _chunk.Bind(1, ChunkKey.Of(block.Id, field));
        try
        {
            if (!_chunk.Step())
            {
                return false;
            }

            column.Load(Content(_chunk.Blob(0)), block.Count);
            return true;
        }
        finally
        {
            _chunk.Reset();
        }
    }

    /// <summary>Reads all chunks of a block one after the other; <paramref name="visit"/> gets the field's number.</summary>
    public void ReadAll(in BlockInfo block, Column column, Action<int> visit)
    {
        _chunks.Bind(1, ChunkKey.First(block.Id));
        _chunks.Bind(2, ChunkKey.Last(block.Id));
        try
        {
            while (_chunks.Step())
            {
                column.Load(Content(_chunks.Blob(1)), block.Count);
                visit(ChunkKey.Field(_chunks.Int64(0)));
            }
        }
        finally
        {
            _chunks.Reset();
        }
    }

    /// <summary>Copies a part of a term index; false when there is none.</summary>
    public bool TryReadTerms(in BlockInfo block, int field, int part, ByteList bytes)
    {
        _term.Bind(1, ChunkKey.Of(block.Id, field, part));
        try
        {
            if (!_term.Step())
            {
                return false;
            }

            bytes.Clear();
            bytes.Add(Content(_term.Blob(0)));
            return true;
        }
        finally
        {
            _term.Reset();
        }
    }

    /// <summary>The block that holds a document. False when it does not exist.</summary>
    public bool TryBlockOf(long document, out BlockInfo block)
    {
        var (low, high) = (0, _blockList.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = _blockList[middle].Id <= document ? (middle, high) : (low, middle - 1);
        }

        block = _blockList.Count == 0 ? default : _blockList[low];
        return document >= block.Id && document < block.Id + block.Count;
    }

    public void Dispose()
    {
        foreach (var statement in (ReadOnlySpan<SqliteStatement>)[_begin, _end, _blocks, _fields, _chunk, _chunks, _term])
        {
            statement.Dispose();
        }

        _database.Dispose();
    }

    private ReadOnlySpan<byte> Content(ReadOnlySpan<byte> blob) => _isSealed ? ChunkSeal.Open(blob) : blob;

    private void LoadFields()
    {
        _fields.Bind(1, _byId.Count);
        try
        {
            while (_fields.Step())
            {
                var field = new PartitionField((int)_fields.Int64(0), _fields.Text(1), (FieldType)_fields.Int64(2));
                if (field.Id != _byId.Count || field.Type > FieldType.Ip || !_byName.TryAdd(field.Name, field))
                {
                    throw StoreException.Damage("the field table is damaged");
                }

                _byId.Add(field);
            }
        }
        finally
        {
            _fields.Reset();
        }
    }

    private void LoadBlocks()
    {
        _blockList.Clear();
        try
        {
            while (_blocks.Step())
            {
                var count = _blocks.Int64(1);
                if (count is < 1 or > BlockLimits.MaxDocuments)
                {
                    throw StoreException.Damage("the block table is damaged");
                }

                _blockList.Add(new BlockInfo(
                    _blocks.Int64(0), (int)count, new Range(_blocks.Int64(2), _blocks.Int64(3)), new Range(_blocks.Int64(4), _blocks.Int64(5))));
            }
        }
        finally
        {
            _blocks.Reset();
        }
    }
}

/// <summary>A field of a partition.</summary>
internal sealed record PartitionField(int Id, string Name, FieldType Type)
{
    /// <summary>True for columns that are no field of a document.</summary>
    public bool IsSystem => Name.StartsWith('_');
}
