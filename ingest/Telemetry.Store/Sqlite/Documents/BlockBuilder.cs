using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Telemetry.Query;
using Telemetry.Wire;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>
/// The block under construction. Documents of one kind have the same fields in the same order, so the column of a field is
/// mostly the one that came at the same place in the document before. Not thread-safe.
/// </summary>
internal sealed class BlockBuilder
{
    // Columns are kept from block to block, but not those of every attribute that ever was.
    private const int MaxKeptColumns = 2048;

    private readonly Dictionary<FieldName, ColumnBuilder> _byField = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, ColumnBuilder> _byName = new(StringComparer.Ordinal);
    private readonly List<ColumnBuilder> _columns = [];
    private readonly List<ColumnBuilder?> _shape = [];
    private readonly TextColumnBuilder _origin;
    private readonly NumberColumnBuilder _seq;
    private readonly NumberColumnBuilder _minted;
    private readonly NumberColumnBuilder _timestamp;
    private StreamEpoch _lastOrigin;
    private readonly byte[] _originBytes = new byte[SystemFields.OriginBytes];

    public BlockBuilder()
    {
        _origin = (TextColumnBuilder)NewColumn(SystemFields.Origin);
        _seq = (NumberColumnBuilder)NewColumn(SystemFields.Seq);
        _minted = (NumberColumnBuilder)NewColumn(SystemFields.Minted);
        _timestamp = (NumberColumnBuilder)NewColumn(Fields.Timestamp);
    }

    public int Count { get; private set; }

    /// <summary>Text taken so far, bytes.</summary>
    public long TextBytes { get; private set; }

    public bool IsFull => Count == BlockLimits.MaxDocuments || TextBytes >= BlockLimits.TargetTextBytes;

    /// <summary>All columns known; those without values have no chunk.</summary>
    public IReadOnlyList<ColumnBuilder> Columns => _columns;

    /// <summary><c>@timestamp</c> of each document.</summary>
    public ReadOnlySpan<long> Timestamps => _timestamp.Values;

    /// <summary>Minted time of each document.</summary>
    public ReadOnlySpan<long> Minted => _minted.Values;

    /// <summary>Adds a copy and returns about how many bytes it holds.</summary>
    public long Add(Document document)
    {
        var index = Count++;
        AddOrigin(index, document.Record);
        _seq.Add(index, unchecked((long)document.Record.Seq));
        _minted.Add(index, document.MintedUnixUs);
        _timestamp.Add(index, document.TimestampUnixUs);
        var fields = document.Fields;
        var bytes = 64L;
        for (var i = 0; i < fields.Length; i++)
        {
            ref readonly var field = ref fields[i];
            var column = ColumnOf(field.Name, i);
            if (column.IsText == field.IsText && !ReferenceEquals(column, _timestamp))
            {
                column.Add(index, document, field);
                bytes += 8 + (field.IsText ? field.Length : 0);
            }
        }

        TextBytes += bytes;
        return bytes;
    }

    /// <summary>Empties it for the next block.</summary>
    public void Clear()
    {
        Count = 0;
        TextBytes = 0;
        _lastOrigin = default;
        foreach (var column in _columns)
        {
            column.Clear();
        }

        if (_byField.Count > MaxKeptColumns)
        {
            Forget();
        }
    }

    /// <summary>Field numbers are another partition's from here on.</summary>
    public void ForgetFieldIds()
    {
        foreach (var column in _columns)
        {
            column.FieldId = -1;
        }
    }

    private void Forget()
    {
        _byField.Clear();
        _byName.Clear();
        _columns.Clear();
        _shape.Clear();
        foreach (var column in (ReadOnlySpan<ColumnBuilder>)[_origin, _seq, _minted, _timestamp])
        {
            Keep(column);
        }
    }

    private void AddOrigin(int index, in RecordId record)
    {
        var origin = new StreamEpoch(record.Lifetime, record.Stream, record.Epoch);
        if (index == 0 || origin != _lastOrigin)
        {
            _lastOrigin = origin;
            record.Lifetime.Write(_originBytes);
            BinaryPrimitives.WriteUInt64BigEndian(_originBytes.AsSpan(LifetimeId.Size), record.Stream.Value);
            BinaryPrimitives.WriteUInt64BigEndian(_originBytes.AsSpan(LifetimeId.Size + 8), record.Epoch.Value);
        }

        _origin.Add(index, _originBytes);
    }

    private ColumnBuilder ColumnOf(FieldName field, int place)
    {
        if (place < _shape.Count && _shape[place] is { } guess && ReferenceEquals(guess.Name, field))
        {
            return guess;
        }

        var column = Find(field);
        while (_shape.Count <= place)
        {
            _shape.Add(null);
        }

        _shape[place] = column;
        return column;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ColumnBuilder Find(FieldName field)
    {
        if (_byField.TryGetValue(field, out var column))
        {
            return column;
        }

        // Equal names from another source of names share a column.
        if (!_byName.TryGetValue(field.Name, out column))
        {
            return NewColumn(field);
        }

        _byField.Add(field, column);
        return column;
    }

    private ColumnBuilder NewColumn(FieldName field)
    {
        ColumnBuilder column = field.Type switch
        {
            FieldType.Text => new SearchedColumnBuilder(field),
            FieldType.Keyword or FieldType.Ip => new TextColumnBuilder(field),
            _ => new NumberColumnBuilder(field),
        };
        Keep(column);
        return column;
    }

    private void Keep(ColumnBuilder column)
    {
        _byField.Add(column.Name, column);
        _byName.Add(column.Name.Name, column);
        _columns.Add(column);
    }
}
