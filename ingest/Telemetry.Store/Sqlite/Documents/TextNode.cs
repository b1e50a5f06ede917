using Telemetry.Query;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>
/// The documents in which some value of a keyword or ip field satisfies a test: asked once for each distinct value of a
/// block where there are few, else of the values of the documents in question.
/// </summary>
internal sealed class TextNode(PartitionField field, ValueTest test) : BoundNode
{
    private readonly PartitionField _field = field;

    // The line itself is never few values, and long.
    public override int Cost => _field.Name == Fields.EventOriginal.Name ? 8 : 2;

    public override void Evaluate(BlockContext block, DocumentSet? within, DocumentSet result)
    {
        if (block.Column(_field.Id) is not { } column)
        {
            return;
        }

        if (column.Kind == ChunkFormat.Dictionary)
        {
            EvaluateDictionary(column, block.Scratch, result);
        }
        else
        {
            EvaluateStrings(column, within, result);
        }
    }

    private void EvaluateDictionary(Column column, ReadScratch scratch, DocumentSet result)
    {
        var matches = scratch.Flags(column.Distinct);
        var count = 0;
        for (var code = 0; code < matches.Length; code++)
        {
            matches[code] = test.Matches(column.DistinctValue(code));
            count += matches[code] ? 1 : 0;
        }

        if (count == matches.Length)
        {
            column.AddPresent(result);
        }
        else if (count > 0 && column.IsDense)
        {
            AddDense(column.Codes(), matches, result.Words);
        }
        else if (count > 0)
        {
            var codes = column.Codes();
            var documents = column.DocumentsOfValues();
            for (var i = 0; i < codes.Length; i++)
            {
                if (matches[codes[i]])
                {
                    result.Add(documents[i]);
                }
            }
        }
    }

    private static void AddDense(ReadOnlySpan<ushort> codes, ReadOnlySpan<bool> matches, Span<ulong> words)
    {
        for (var w = 0; w * 64 < codes.Length; w++)
        {
            var group = codes[(w * 64)..Math.Min(codes.Length, w * 64 + 64)];
            ulong word = 0;
            for (var i = 0; i < group.Length; i++)
            {
                word |= (matches[group[i]] ? 1UL : 0) << i;
            }

            words[w] = word;
        }
    }

    private void EvaluateStrings(Column column, DocumentSet? within, DocumentSet result)
    {
        var documents = column.IsDense ? [] : column.DocumentsOfValues();
        for (var frame = 0; frame < column.Frames; frame++)
        {
            var (first, count) = column.FrameRange(frame);
            if (within is not null && !IsWanted(first, count, documents, within))
            {
                continue;
            }

            column.OpenFrame(frame);
            for (var i = 0; i < count; i++)
            {
                var document = documents.IsEmpty ? first + i : documents[first + i];
                if ((within is null || within[document]) && test.Matches(column.FrameValue(i)))
                {
                    result.Add(document);
                }
            }
        }
    }

    private static bool IsWanted(int first, int count, ReadOnlySpan<ushort> documents, DocumentSet within)
    {
        for (var i = first; i < first + count; i++)
        {
            if (within[documents.IsEmpty ? i : documents[i]])
            {
                return true;
            }
        }

        return false;
    }
}
