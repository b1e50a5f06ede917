using System.Text;
using Telemetry.Query;
using Telemetry.Wire;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>Reads whole documents of a partition by their numbers.</summary>
internal sealed class DocumentLoader(PartitionReader partition, ReadScratch scratch, Unread unread)
{
    /// <summary>
    /// Puts each wanted document into its slot; those that do not exist leave it null. <paramref name="wanted"/> is sorted by
    /// number.
    /// </summary>
    public void Load(ReadOnlySpan<(long Number, int Slot)> wanted, StoredDocument?[] slots)
    {
        var context = new BlockContext(partition, scratch);
        while (!wanted.IsEmpty)
        {
            if (!partition.TryBlockOf(wanted[0].Number, out var block))
            {
                wanted = wanted[1..];
                continue;
            }

            var count = 1;
            while (count < wanted.Length && wanted[count].Number < block.Id + block.Count)
            {
                count++;
            }

            context.Use(block);
            var ofBlock = wanted[..count].ToArray();
            unread.Try(partition.Name, () => LoadBlock(context, ofBlock, slots));
            wanted = wanted[count..];
        }
    }

    private void LoadBlock(BlockContext context, (long Number, int Slot)[] wanted, StoredDocument?[] slots)
    {
        var block = context.Block;
        var column = scratch.Columns[^1];
        var fields = new List<KeyValuePair<string, object>>[wanted.Length];
        for (var i = 0; i < wanted.Length; i++)
        {
            fields[i] = [];
        }

        if (!unread.Try(partition.Name, () => partition.ReadAll(block, column, id => Take(id))))
        {
            // What can be read of a document is shown without the rest.
            Array.ForEach(fields, values => values.Clear());
            foreach (var field in partition.Fields)
            {
                unread.Try(partition.Name, () => TakeIfPresent(field));
            }
        }

        for (var i = 0; i < wanted.Length; i++)
        {
            var order = OriginReader.Order(context, (int)(wanted[i].Number - block.Id));
            fields[i].Sort(static (x, y) => DottedOrder.Compare(x.Key, y.Key));
            slots[wanted[i].Slot] = new StoredDocument(
                DocumentId.From(order.Record, order.MintedUnixUs), order.Record, order.TimestampUnixUs, fields[i]);
        }

        void TakeIfPresent(PartitionField field)
        {
            if (partition.TryRead(block, field.Id, column))
            {
                Take(field.Id);
            }
        }

        void Take(int id)
        {
            if (id >= partition.Fields.Count)
            {
                ChunkSpan.Fail();
            }

            if (partition.Fields[id] is { IsSystem: false } field && id != OriginReader.Timestamp)
            {
                AddField(column, field, block, wanted, fields);
            }
        }
    }

    private static void AddField(
        Column column, PartitionField field, BlockInfo block, (long Number, int Slot)[] wanted, List<KeyValuePair<string, object>>[] fields)
    {
        for (var i = 0; i < wanted.Length; i++)
        {
            var (first, count) = column.ValuesOf((int)(wanted[i].Number - block.Id));
            if (count == 1)
            {
                fields[i].Add(new(field.Name, Value(column, field.Type, first)));
            }
            else if (count > 1)
            {
                var values = new object[count];
                for (var v = 0; v < count; v++)
                {
                    values[v] = Value(column, field.Type, first + v);
                }

                fields[i].Add(new(field.Name, values));
            }
        }
    }

    private static object Value(Column column, FieldType type, int index) => type switch
    {
        FieldType.Long => column.Numbers()[index],
        FieldType.Double => BitConverter.Int64BitsToDouble(column.Numbers()[index]),
        FieldType.Date => Rfc3339.Format(column.Numbers()[index]),
        FieldType.Boolean => column.Numbers()[index] != 0,
        _ => Encoding.UTF8.GetString(column.Text(index)),
    };
}
