namespace Telemetry.Spool;

/// <summary>
/// A file of two slots written in turn (see <see cref="SpoolFormat"/>). The slot that held before a write is never touched by
/// it, so that whatever happens to the write one slot is left. Callers serialise.
/// </summary>
internal sealed class SlotFile(ISpoolDirectory directory, string name, uint magic) : IDisposable
{
    private readonly byte[] _bytes = new byte[SpoolFormat.SlotBytes];
    private ISpoolFile? _file;
    private bool _entryIsDurable;

    /// <summary>What holds: read, or written with success.</summary>
    public Slot? Current { get; private set; }

    /// <summary>Reads what there is; a file that is missing, unreadable or garbage reads as nothing. Does not throw.</summary>
    public static Slot? TryRead(ISpoolDirectory directory, string name, uint magic)
    {
        try
        {
            using var file = directory.Open(name, writable: false);
            Span<byte> bytes = stackalloc byte[SpoolFormat.SlotFileBytes];
            bytes = bytes[..file.Read(bytes, 0)];
            return Slot.TryReadNewest(bytes, magic, out var slot) ? slot : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Reads what holds. Does not throw.</summary>
    public void Load() => Current = TryRead(directory, name, magic);

    /// <summary>Writes the slot in turn; not durable. Throws <see cref="IOException"/>.</summary>
    public void Write(long first, long second) => Current = WriteNext(first, second);

    /// <summary>Writes the slot in turn and makes it durable; only then it holds. Throws <see cref="IOException"/>.</summary>
    public void WriteDurably(long first, long second)
    {
        var slot = WriteNext(first, second);
        Flush();
        Current = slot;
    }

    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
    }

    private void Flush()
    {
        OpenOrCreate().Flush();

        // Also for a file that was found: who created it may have been killed before its entry was durable.
        if (!_entryIsDurable)
        {
            directory.Flush();
            _entryIsDurable = true;
        }
    }

    private Slot WriteNext(long first, long second)
    {
        var slot = new Slot((Current?.Sequence ?? -1) + 1, first, second);
        slot.Write(_bytes, magic);
        OpenOrCreate().Write(_bytes, slot.Sequence % 2 * SpoolFormat.SlotDistance);
        return slot;
    }

    private ISpoolFile OpenOrCreate()
    {
        if (_file is not null)
        {
            return _file;
        }

        try
        {
            _file = directory.Open(name, writable: true);
        }
        catch (FileNotFoundException)
        {
            _file = directory.Create(name);
        }

        if (_file.Length < SpoolFormat.SlotFileBytes)
        {
            Span<byte> zero = stackalloc byte[SpoolFormat.SlotFileBytes];
            zero.Clear();
            _file.Write(zero[(int)_file.Length..], _file.Length);
        }

        return _file;
    }
}
