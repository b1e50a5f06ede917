namespace Telemetry.Spool.Tests.Model;

/// <summary>The process was killed in the middle of a call; every later call of it throws the same.</summary>
internal sealed class ModelKilledException : Exception;

/// <summary>
/// A disk with one directory, what the process sees and what the disk has kept apart. Faults are switched on and off by the
/// test; each process of the machine is a <see cref="ModelDirectory"/> of its own, dead after a kill or a crash.
/// </summary>
internal sealed class ModelDisk(Random random)
{
    private readonly List<Action<Dictionary<string, ModelInode>>> _unflushedEntries = [];
    private Dictionary<string, ModelInode> _entries = [];
    private Dictionary<string, ModelInode> _entriesOnDisk = [];

    public Random Random => random;

    public IReadOnlyDictionary<string, ModelInode> Entries => _entries;

    public object? LockedBy { get; set; }

    /// <summary>One in this many flushes fails; 0 = none.</summary>
    public int FlushFailsOneIn { get; set; }

    /// <summary>One in this many writes and creations fails; 0 = none.</summary>
    public int WriteFailsOneIn { get; set; }

    /// <summary>Files may not grow beyond this in sum.</summary>
    public long CapacityBytes { get; set; } = long.MaxValue;

    /// <summary>Calls until the process is killed in the middle of one; negative = never.</summary>
    public int CallsToKill { get; set; } = -1;

    /// <summary>Faults that were given since the disk was made.</summary>
    public int Faults { get; private set; }

    /// <summary>Whether a failed flush dropped what the process wrote and did not write again.</summary>
    public bool HasDropped => _entries.Values.Any(i => i.HasDropped) || _droppedUnseen;

    private bool _droppedUnseen;

    public void Link(string name, ModelInode inode) => Change(entries => entries[name] = inode);

    public void Rename(string from, string to) => Change(entries =>
    {
        if (entries.Remove(from, out var inode))
        {
            entries[to] = inode;
        }
    });

    public void Unlink(string name) => Change(entries => entries.Remove(name));

    public void FlushEntries()
    {
        if (Fails(FlushFailsOneIn))
        {
            throw new IOException("The flush of the directory failed.");
        }

        _entriesOnDisk = new(_entries);
        _unflushedEntries.Clear();
    }

    public void Flush(ModelInode inode)
    {
        if (Fails(FlushFailsOneIn))
        {
            _droppedUnseen |= inode.FailFlush(random);
            throw new IOException("The flush failed.");
        }

        inode.Flush();
    }

    public void Write(ModelInode inode, ReadOnlySpan<byte> source, long offset)
    {
        if (IsKill())
        {
            inode.Write(source[..random.Next(source.Length + 1)], offset);
            throw new ModelKilledException();
        }

        var growth = Math.Max(0, offset + source.Length - inode.Length);
        if (growth > 0 && _entries.Values.Sum(i => (long)i.Length) + growth > CapacityBytes)
        {
            Faults++;
            throw new SpoolDiskFullException("There is no space left.");
        }

        if (Fails(WriteFailsOneIn))
        {
            inode.Write(source[..random.Next(source.Length + 1)], offset);
            throw new IOException("The write failed.");
        }

        inode.Write(source, offset);
    }

    /// <summary>Counts a call that changes nothing or all at once; may be the one the process is killed in.</summary>
    public void Call()
    {
        if (IsKill())
        {
            throw new ModelKilledException();
        }
    }

    public bool Fails(int oneIn)
    {
        if (oneIn == 0 || random.Next(oneIn) != 0)
        {
            return false;
        }

        Faults++;
        return true;
    }

    public void WriteBack()
    {
        foreach (var inode in _entries.Values)
        {
            if (random.Next(2) == 0)
            {
                inode.WriteBack(random);
            }
        }

        while (_unflushedEntries.Count > 0 && random.Next(2) == 0)
        {
            _unflushedEntries[0](_entriesOnDisk);
            _unflushedEntries.RemoveAt(0);
        }
    }

    public void Evict()
    {
        foreach (var inode in _entries.Values)
        {
            inode.Evict();
        }
    }

    /// <summary>The process ends; what it wrote is seen by the next one.</summary>
    public void Kill()
    {
        LockedBy = null;
        CallsToKill = -1;
    }

    /// <summary>The machine ends: any subset of what was not flushed is gone, directory entries too.</summary>
    public void Crash()
    {
        Kill();
        var kind = (CrashKind)random.Next(3);
        foreach (var change in _unflushedEntries)
        {
            if (kind == CrashKind.KeepAll || (kind == CrashKind.KeepSome && random.Next(2) == 0))
            {
                change(_entriesOnDisk);
            }
        }

        _unflushedEntries.Clear();
        foreach (var inode in _entriesOnDisk.Values.Distinct())
        {
            inode.Crash(random, kind);
        }

        _entries = new(_entriesOnDisk);
        _droppedUnseen = false;
    }

    /// <summary>A file goes bad or disappears.</summary>
    public void Rot()
    {
        if (_entries.Count == 0)
        {
            return;
        }

        var (name, inode) = _entries.ElementAt(random.Next(_entries.Count));
        if (random.Next(10) == 0)
        {
            _entries.Remove(name);
            _entriesOnDisk.Remove(name);
        }
        else
        {
            inode.Rot(random);
        }
    }

    /// <summary>What was dropped is known to be lost.</summary>
    public void ForgetDropped() => _droppedUnseen = false;

    private bool IsKill() => CallsToKill >= 0 && CallsToKill-- == 0;

    private void Change(Action<Dictionary<string, ModelInode>> change)
    {
        Call();
        change(_entries);
        _unflushedEntries.Add(change);
    }
}
