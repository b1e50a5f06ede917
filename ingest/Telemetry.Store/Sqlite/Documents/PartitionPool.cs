namespace Telemetry.Store.Sqlite.Documents;

/// <summary>
/// Reading connections that wait for the next query: few, the ones used last. Those of files that are gone are closed. Safe
/// for concurrent use.
/// </summary>
internal sealed class PartitionPool : IDisposable
{
    private const int MaxIdle = 32;

    private readonly Lock _gate = new();
    private readonly LinkedList<PartitionReader> _idle = new();
    private readonly Stack<ReadScratch> _scratch = new();
    private bool _isClosed;

    /// <summary>Takes a connection and begins reading; give it back. Throws a <see cref="StoreException"/>.</summary>
    public PartitionReader Rent(PartitionName name)
    {
        var reader = TakeIdle(name) ?? PartitionReader.Open(name);
        try
        {
            reader.BeginRead();
            return reader;
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    /// <summary>Ends reading and keeps the connection, unless reading failed.</summary>
    public void Return(PartitionReader reader, bool isGood)
    {
        try
        {
            reader.EndRead();
        }
        catch (StoreException)
        {
            isGood = false;
        }

        PartitionReader? surplus = isGood ? null : reader;
        lock (_gate)
        {
            if (_isClosed)
            {
                surplus = reader;
            }
            else if (isGood)
            {
                _idle.AddFirst(reader);
                if (_idle.Count > MaxIdle)
                {
                    surplus = _idle.Last!.Value;
                    _idle.RemoveLast();
                }
            }
        }

        surplus?.Dispose();
    }

    public ReadScratch RentScratch()
    {
        lock (_gate)
        {
            return _scratch.TryPop(out var scratch) ? scratch : new ReadScratch();
        }
    }

    public void Return(ReadScratch scratch)
    {
        lock (_gate)
        {
            if (_scratch.Count < 4)
            {
                _scratch.Push(scratch);
            }
        }
    }

    /// <summary>Closes idle connections to partitions that are not in the list.</summary>
    public void Forget(IReadOnlyCollection<PartitionName> present)
    {
        List<PartitionReader> gone;
        lock (_gate)
        {
            gone = [.. _idle.Where(reader => !present.Contains(reader.Name))];
            foreach (var reader in gone)
            {
                _idle.Remove(reader);
            }
        }

        foreach (var reader in gone)
        {
            reader.Dispose();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
        }

        Forget([]);
    }

    private PartitionReader? TakeIdle(PartitionName name)
    {
        lock (_gate)
        {
            for (var node = _idle.First; node is not null; node = node.Next)
            {
                if (node.Value.Name == name)
                {
                    _idle.Remove(node);
                    return node.Value;
                }
            }

            return null;
        }
    }
}
