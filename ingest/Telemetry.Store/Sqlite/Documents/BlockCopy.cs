using Telemetry.Query;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>Takes documents of stored blocks into a block under construction, with everything they have. Not thread-safe.</summary>
internal sealed class BlockCopy(PartitionReader partition, ReadScratch scratch, BlockBuilder target)
{
    private readonly Dictionary<int, FieldName> _names = [];

    /// <summary>Adds the documents of a block whose index is wanted, in their order.</summary>
    public void Add(in BlockInfo block, Func<int, bool> isWanted)
    {
        var context = new BlockContext(partition, scratch);
        context.Use(block);
        var documents = new Document?[block.Count];
        for (var i = 0; i < documents.Length; i++)
        {
            if (isWanted(i))
            {
                var order = OriginReader.Order(context, i);
                documents[i] = new Document();
                documents[i]!.Reset(order.Record, order.MintedUnixUs);
                documents[i]!.TimestampUnixUs = order.TimestampUnixUs;
            }
        }

        // The context's columns are of no more use: this reads over the last of them.
        var column = scratch.Columns[^1];
        partition.ReadAll(block, column, field => Fill(documents, field, column));
        foreach (var document in documents)
        {
            if (document is not null)
            {
                target.Add(document);
            }
        }
    }

    private void Fill(Document?[] documents, int id, Column column)
    {
        if (id >= partition.Fields.Count)
        {
            ChunkSpan.Fail();
        }

        if (partition.Fields[id] is not { IsSystem: false } field || id == OriginReader.Timestamp)
        {
            return;
        }

        if (!_names.TryGetValue(id, out var name))
        {
            _names.Add(id, name = new FieldName(field.Name, field.Type));
        }

        for (var i = 0; i < documents.Length; i++)
        {
            if (documents[i] is { } document)
            {
                var (first, count) = column.ValuesOf(i);
                for (var value = first; value < first + count; value++)
                {
                    Set(document, name, column, value);
                }
            }
        }
    }

    private static void Set(Document document, FieldName name, Column column, int value)
    {
        if (name.Type is FieldType.Keyword or FieldType.Text or FieldType.Ip)
        {
            document.Set(name, column.Text(value));
        }
        else
        {
            document.Set(name, column.Numbers()[value]);
        }
    }
}
