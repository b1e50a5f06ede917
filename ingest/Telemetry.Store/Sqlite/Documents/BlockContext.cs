namespace Telemetry.Store.Sqlite.Documents;

/// <summary>The block that a query looks at, and its columns read so far. Not thread-safe.</summary>
internal sealed class BlockContext(PartitionReader partition, ReadScratch scratch)
{
    // In the order in which they were asked for last. What is not present has no column.
    private readonly List<(int Field, Column? Column)> _asked = [];
    private readonly Stack<Column> _free = new();

    public PartitionReader Partition => partition;

    public ReadScratch Scratch => scratch;

    public BlockInfo Block { get; private set; }

    public void Use(in BlockInfo block)
    {
        Block = block;
        _asked.Clear();
        _free.Clear();
        foreach (var column in scratch.Columns)
        {
            _free.Push(column);
        }
    }

    /// <summary>
    /// The column of a field; null when no document of the block has it. Valid until
    /// <see cref="ReadScratch.MaxColumns"/> others were asked for after it.
    /// </summary>
    public Column? Column(int field)
    {
        for (var i = 0; i < _asked.Count; i++)
        {
            var known = _asked[i];
            if (known.Field == field)
            {
                _asked.RemoveAt(i);
                _asked.Add(known);
                return known.Column;
            }
        }

        if (_free.Count == 0)
        {
            GiveUpOldest();
        }

        var column = _free.Peek();
        var isPresent = partition.TryRead(Block, field, column);
        _asked.Add((field, isPresent ? _free.Pop() : null));
        return isPresent ? column : null;
    }

    /// <summary>A column that every document has.</summary>
    public Column Required(int field)
    {
        var column = Column(field);
        if (column is null || !column.IsDense)
        {
            throw StoreException.Damage("a block lacks a column");
        }

        return column;
    }

    private void GiveUpOldest()
    {
        var oldest = _asked.FindIndex(entry => entry.Column is not null);
        _free.Push(_asked[oldest].Column!);
        _asked.RemoveAt(oldest);
    }
}
