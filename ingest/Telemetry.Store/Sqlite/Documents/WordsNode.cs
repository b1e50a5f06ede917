using Telemetry.Query;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>The documents in which some of the sequences of words occurs in a text field, by its term index.</summary>
internal sealed class WordsNode(PartitionField field, WordsTest test) : BoundNode
{
    private readonly TermQuery[][] _sequences =
        [.. test.AnyOf.Select(sequence => sequence.Words.Select(word => new TermQuery(word)).ToArray())];

    public override int Cost => 4;

    public override void Evaluate(BlockContext block, DocumentSet? within, DocumentSet result)
    {
        var index = new TermIndex(block, field.Id);
        if (!index.Exists)
        {
            return;
        }

        foreach (var sequence in _sequences)
        {
            if (sequence.Length == 1)
            {
                index.AddDocuments(sequence[0], result);
            }
            else
            {
                AddSequence(index, block.Scratch, sequence, result);
            }
        }
    }

    private static void AddSequence(TermIndex index, ReadScratch scratch, TermQuery[] sequence, DocumentSet result)
    {
        scratch.Reached.Clear();
        index.AddOccurrences(sequence[0], scratch.Reached);
        for (var i = 1; i < sequence.Length && scratch.Reached.Count > 0; i++)
        {
            scratch.Next.Clear();
            index.AddOccurrences(sequence[i], scratch.Next);
            Follow(scratch.Reached, scratch.Next);
        }

        foreach (var occurrence in scratch.Reached.Items)
        {
            result.Add((int)(occurrence >> 32));
        }
    }

    // Keeps the places of the next word that lie just behind one that was reached.
    private static void Follow(Growing<long> reached, Growing<long> next)
    {
        var from = reached.Items;
        var to = next.Items;
        var (i, j, kept) = (0, 0, 0);
        while (i < from.Length && j < to.Length)
        {
            var wanted = from[i] + 1;
            if (wanted == to[j])
            {
                from[kept++] = to[j];
                i++;
                j++;
            }
            else if (wanted < to[j])
            {
                i++;
            }
            else
            {
                j++;
            }
        }

        reached.Truncate(kept);
    }
}
