using Telemetry.Query;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>The documents in which some value of a long, double, date or boolean field satisfies a test.</summary>
internal sealed class NumberNode(PartitionField field, ValueTest test) : BoundNode
{
    public override int Cost => 1;

    public override void Evaluate(BlockContext block, DocumentSet? within, DocumentSet result)
    {
        if (block.Column(field.Id) is not { } column)
        {
            return;
        }

        var values = column.Numbers();
        var documents = column.IsDense ? [] : column.DocumentsOfValues();
        if (test is LongRange range && field.Type != FieldType.Double)
        {
            for (var i = 0; i < values.Length; i++)
            {
                if (values[i] >= range.Min && values[i] <= range.Max)
                {
                    result.Add(documents.IsEmpty ? i : documents[i]);
                }
            }

            return;
        }

        for (var i = 0; i < values.Length; i++)
        {
            if (field.Type == FieldType.Double ? test.Matches(BitConverter.Int64BitsToDouble(values[i])) : test.Matches(values[i]))
            {
                result.Add(documents.IsEmpty ? i : documents[i]);
            }
        }
    }
}
