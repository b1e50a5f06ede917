namespace Telemetry.Store.Sqlite.Documents;

/// <summary>The term index of one field and block; see <see cref="TermFormat"/>. Reads the buckets that a word can be in.</summary>
internal readonly struct TermIndex
{
    private readonly BlockContext _block;
    private readonly int _field;

    public TermIndex(BlockContext block, int field)
    {
        (_block, _field) = (block, field);
        Exists = block.Partition.TryReadTerms(block.Block, field, 0, block.Scratch.Directory);
    }

    /// <summary>False when no document of the block has a word in the field.</summary>
    public bool Exists { get; }

    public void AddDocuments(TermQuery query, DocumentSet documents) => Find(query, documents, null);

    /// <summary>Adds the places of all words meant, ascending.</summary>
    public void AddOccurrences(TermQuery query, Growing<long> occurrences)
    {
        if (Find(query, null, occurrences) > 1)
        {
            occurrences.Items.Sort();
        }
    }

    private int Find(TermQuery query, DocumentSet? documents, Growing<long>? occurrences)
    {
        var directory = new ChunkSpan(_block.Scratch.Directory.Written);
        var buckets = directory.Count(TermFormat.MaxBuckets);
        if (buckets == 0)
        {
            return ReadBucket(_block.Scratch.Directory.Written[directory.At..], query, documents, occurrences);
        }

        // The last bucket that begins at or before the prefix, and those after it that begin with it.
        var (from, to) = (1, 1);
        directory.Bytes(directory.Count(int.MaxValue));
        for (var bucket = 2; bucket <= buckets; bucket++)
        {
            var first = directory.Bytes(directory.Count(int.MaxValue));
            if (first.SequenceCompareTo(query.Prefix) <= 0)
            {
                (from, to) = (bucket, bucket);
            }
            else if (!query.IsExact && first.StartsWith(query.Prefix))
            {
                to = bucket;
            }
            else
            {
                break;
            }
        }

        var found = 0;
        for (var bucket = from; bucket <= to; bucket++)
        {
            found += Open(bucket, query, documents, occurrences);
        }

        return found;
    }

    private int Open(int bucket, TermQuery query, DocumentSet? documents, Growing<long>? occurrences)
    {
        if (!_block.Partition.TryReadTerms(_block.Block, _field, bucket, _block.Scratch.Bucket))
        {
            ChunkSpan.Fail();
        }

        return ReadBucket(_block.Scratch.Bucket.Written, query, documents, occurrences);
    }

    private int ReadBucket(ReadOnlySpan<byte> bytes, TermQuery query, DocumentSet? documents, Growing<long>? occurrences)
    {
        var reader = new ChunkSpan(bytes);
        var word = _block.Scratch.Word;
        word.Clear();
        var found = 0;
        for (var words = reader.Count(int.MaxValue); words > 0; words--)
        {
            word.Truncate(reader.Count(word.Length));
            word.Add(reader.Bytes(reader.Count(int.MaxValue)));
            var postings = reader.Bytes(reader.Count(int.MaxValue));
            if (word.Written.StartsWith(query.Prefix))
            {
                if (query.Matches(word.Written))
                {
                    found++;
                    ReadPostings(postings, documents, occurrences);
                }
            }
            else if (word.Written.SequenceCompareTo(query.Prefix) > 0)
            {
                break;
            }
        }

        return found;
    }

    private void ReadPostings(ReadOnlySpan<byte> bytes, DocumentSet? documents, Growing<long>? occurrences)
    {
        var reader = new ChunkSpan(bytes);
        var document = 0;
        while (reader.Left > 0)
        {
            var head = reader.Varint();
            document = (int)Math.Min((ulong)document + (head >> 1), int.MaxValue);
            if (document >= _block.Block.Count)
            {
                ChunkSpan.Fail();
            }

            documents?.Add(document);
            uint place = 0;
            for (var times = (head & 1) != 0 ? 1 : reader.Count(int.MaxValue); times > 0; times--)
            {
                place += (uint)reader.Varint();
                occurrences?.Add((long)document << 32 | place);
            }
        }
    }
}
