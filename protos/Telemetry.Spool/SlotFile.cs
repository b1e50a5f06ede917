namespace Telemetry.Spool;

/// <summary>
/// A file of slots (see <see cref="SpoolFormat"/>): two that are written and flushed in turn, so that whatever happens to a
/// write one of them is left, and, where the file has room, one that is written without a flush. Callers serialise.
/// </summary>
internal sealed class SlotFile(ISpoolDirectory directory, string name, uint magic, int fileBytes) : IDisposable
{
    private const int UnflushedSlot = 2 * SpoolFormat.SlotDistance;

    private readonly byte[] _bytes = new byte[SpoolFormat.SlotBytes];
    private ISpoolFile? _file;
    private bool _entryIsDurable;
    private bool _currentIsDurable;

    /// <summary>The flushed slot that holds: read, or written with success.</summary>
    public Slot? Current { get; private set; }

    /// <summary>
    /// Reads what there is; a file that is missing, unreadable or garbage reads as nothing. Does not throw.
    /// </summary>
    /// <param name="directory">Where the file is.</param>
    /// <param name="name">Its name.</param>
    /// <param name="magic">What slots begin with.</param>
    /// <param name="unflushed">The slot that is written without a flush, if there is one.</param>
    public static Slot? TryRead(ISpoolDirectory directory, string name, uint magic, out Slot? unflushed)
    {
        unflushed = null;
        try
        {
            using var file = directory.Open(name, writable: false);
            Span<byte> bytes = stackalloc byte[SpoolFormat.HeadBytes];
            bytes = bytes[..file.Read(bytes, 0)];
            if (bytes.Length > UnflushedSlot && Slot.TryRead(bytes[UnflushedSlot..], magic, out var third))
            {
                unflushed = third;
            }

            return Slot.TryReadNewest(bytes, magic, out var slot) ? slot : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Reads what holds. Does not throw.</summary>
    public void Load(out Slot? unflushed) => Current = TryRead(directory, name, magic, out unflushed);

    /// <summary>Takes the file's space. Does not throw.</summary>
    public void Reserve()
    {
        try
        {
            OpenOrCreate();
        }
        catch (IOException)
        {
            // The first write tries again, and says why not.
        }
    }

    /// <summary>Writes the slot that is not flushed. Throws <see cref="IOException"/>.</summary>
    public void WriteUnflushed(long first, long second)
    {
        new Slot(0, first, second).Write(_bytes, magic);
        OpenOrCreate().Write(_bytes, UnflushedSlot);
    }

    /// <summary>Writes the slot in turn and makes it durable; only then it holds. Throws <see cref="IOException"/>.</summary>
    public void WriteDurably(long first, long second)
    {
        // What was found could be read, but may never have reached the disk: a save that failed, or was cut short. The other
        // slot is not touched before it has.
        if (!_currentIsDurable && Current is { } found)
        {
            WriteInTurn(found);
        }

        var slot = new Slot((Current?.Sequence ?? -1) + 1, first, second);
        WriteInTurn(slot);
        Current = slot;
        _currentIsDurable = true;
    }

    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
    }

    private void WriteInTurn(Slot slot)
    {
        slot.Write(_bytes, magic);
        OpenOrCreate().Write(_bytes, slot.Sequence % 2 * SpoolFormat.SlotDistance);
        OpenOrCreate().Flush();

        // Also for a file that was found: who created it may have been killed before its entry was durable.
        if (!_entryIsDurable)
        {
            directory.Flush();
            _entryIsDurable = true;
        }
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

        if (_file.Length < fileBytes)
        {
            var zeros = new byte[fileBytes - _file.Length];
            _file.Write(zeros, _file.Length);
        }

        return _file;
    }
}
