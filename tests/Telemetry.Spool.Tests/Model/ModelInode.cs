namespace Telemetry.Spool.Tests.Model;

/// <summary>
/// The content of a file as the process sees it and as the disk has it, sector by sector. A sector that a failed flush dropped
/// may still be seen, but no later flush writes it: only writing it again does.
/// </summary>
internal sealed class ModelInode
{
    private const int SectorBytes = 512;

    private byte[] _seen = [];
    private byte[] _onDisk = [];
    private SectorState[] _sectors = [];

    private enum SectorState : byte
    {
        Same,
        Dirty,
        Dropped,
    }

    public int Length { get; private set; }

    public int LengthOnDisk { get; private set; }

    /// <summary>Whether something that was written is neither on the disk nor on its way there.</summary>
    public bool HasDropped => Array.IndexOf(_sectors, SectorState.Dropped) >= 0;

    public int Read(Span<byte> target, long offset)
    {
        var count = (int)Math.Clamp(Length - offset, 0, target.Length);
        _seen.AsSpan((int)Math.Min(offset, Length), count).CopyTo(target);
        return count;
    }

    public void Write(ReadOnlySpan<byte> source, long offset)
    {
        if (source.IsEmpty)
        {
            return;
        }

        Reserve((int)offset + source.Length);
        source.CopyTo(_seen.AsSpan((int)offset));
        for (var sector = (int)offset / SectorBytes; sector * SectorBytes < offset + source.Length; sector++)
        {
            _sectors[sector] = SectorState.Dirty;
        }

        Length = Math.Max(Length, (int)offset + source.Length);
    }

    private void Truncate(int length)
    {
        Length = Math.Min(Length, length);
        _seen.AsSpan(Length).Clear();
    }

    /// <summary>The disk goes bad, or somebody meddles: what is lost is lost for every reader.</summary>
    public void Rot(Random random)
    {
        Crash(random, CrashKind.KeepAll);
        if (Length == 0)
        {
            return;
        }

        if (random.Next(4) == 0)
        {
            Truncate(random.Next(Length));
        }
        else
        {
            var from = random.Next(Length);
            var bytes = _seen.AsSpan(from, Math.Min(random.Next(1, 1500), Length - from));
            random.NextBytes(random.Next(2) == 0 ? bytes : bytes[..1]);
        }

        Array.Fill(_sectors, SectorState.Dirty);
        Flush();
    }

    public void Flush()
    {
        LengthOnDisk = Length;
        ForEach(SectorState.Dirty, Store);
    }

    /// <summary>A flush that fails: some sectors got through, the others are dropped, still seen or not.</summary>
    /// <returns>Whether anything was dropped.</returns>
    public bool FailFlush(Random random)
    {
        var dropped = false;
        var staySeen = random.Next(2) == 0;
        ForEach(SectorState.Dirty, sector =>
        {
            if (random.Next(2) == 0)
            {
                Store(sector);
                return;
            }

            dropped = true;
            _sectors[sector] = SectorState.Dropped;
            if (!staySeen)
            {
                Load(sector);
            }
        });
        return dropped;
    }

    /// <summary>The system writes back what it likes.</summary>
    public void WriteBack(Random random)
    {
        LengthOnDisk = Length;
        ForEach(SectorState.Dirty, sector =>
        {
            if (random.Next(2) == 0)
            {
                Store(sector);
            }
        });
    }

    /// <summary>Memory is short: what was dropped is read from the disk from now on.</summary>
    public void Evict() => ForEach(SectorState.Dropped, Load);

    /// <summary>The power goes.</summary>
    public void Crash(Random random, CrashKind kind)
    {
        Evict();
        ForEach(SectorState.Dirty, sector =>
        {
            if (kind == CrashKind.KeepAll || (kind == CrashKind.KeepSome && random.Next(2) == 0))
            {
                Store(sector);
            }
        });
        if (kind == CrashKind.KeepAll || (kind == CrashKind.KeepSome && random.Next(2) == 0))
        {
            LengthOnDisk = Length;
        }

        Length = LengthOnDisk;
        _onDisk.AsSpan(Length).Clear();
        _onDisk.CopyTo(_seen.AsSpan());
        Array.Clear(_sectors);
    }

    private void ForEach(SectorState state, Action<int> act)
    {
        for (var sector = 0; sector < _sectors.Length; sector++)
        {
            if (_sectors[sector] == state)
            {
                act(sector);
            }
        }
    }

    private void Store(int sector)
    {
        Slice(_seen, sector).CopyTo(Slice(_onDisk, sector));
        _sectors[sector] = SectorState.Same;
    }

    private void Load(int sector)
    {
        Slice(_onDisk, sector).CopyTo(Slice(_seen, sector));
        _sectors[sector] = SectorState.Same;
    }

    private static Span<byte> Slice(byte[] bytes, int sector) => bytes.AsSpan(sector * SectorBytes, SectorBytes);

    private void Reserve(int length)
    {
        var sectors = (length + SectorBytes - 1) / SectorBytes;
        if (sectors > _sectors.Length)
        {
            Array.Resize(ref _seen, sectors * SectorBytes);
            Array.Resize(ref _onDisk, sectors * SectorBytes);
            Array.Resize(ref _sectors, sectors);
        }
    }
}

/// <summary>What of the writes that were not flushed a power cut leaves.</summary>
internal enum CrashKind
{
    KeepNone,
    KeepSome,
    KeepAll,
}
