namespace Telemetry.Spool;

/// <summary>
/// A reader's durable position: file <c>NAME.cursor</c> with two slots written in turn. A cursor that is missing or garbage is
/// at 0, before everything; one with a torn slot is where it was before. Safe for concurrent use.
/// </summary>
public sealed class SpoolCursor : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SlotFile _slots;

    private SpoolCursor(SlotFile slots) => _slots = slots;

    /// <summary>What was saved last with success, now or by an earlier process.</summary>
    public SpoolPosition Position
    {
        get
        {
            lock (_gate)
            {
                return new SpoolPosition(_slots.Current?.First ?? 0);
            }
        }
    }

    /// <summary>Why the last <see cref="Save"/> failed; null when it did not.</summary>
    public IOException? LastError { get; private set; }

    /// <summary>Opens the cursor of a directory; nothing is created before the first save. Does not throw on a damaged file.</summary>
    /// <param name="directory">The directory of the log, which takes no position that a cursor in it names again.</param>
    /// <param name="name">Letters, digits, '-' and '_'.</param>
    public static SpoolCursor Open(ISpoolDirectory directory, string name)
    {
        ArgumentNullException.ThrowIfNull(directory);
        if (!IsName(name))
        {
            throw new ArgumentException($"'{name}' cannot name a cursor.", nameof(name));
        }

        var slots = new SlotFile(directory, name + SpoolFormat.CursorSuffix, SpoolFormat.CursorMagic, SpoolFormat.CursorBytes);
        slots.Load(out _);
        return new SpoolCursor(slots);
    }

    /// <summary>
    /// Takes the space of the file while there is some, for the one who saves: the first save may come on a full disk, and
    /// nothing is given back before it. Does not throw.
    /// </summary>
    public void Reserve()
    {
        lock (_gate)
        {
            _slots.Reserve();
        }
    }

    /// <summary>
    /// Makes a position durable. False when the disk refuses: the cursor then stays where it was, and after a crash is
    /// there or at this position. Does not throw.
    /// </summary>
    public bool Save(SpoolPosition position)
    {
        lock (_gate)
        {
            try
            {
                _slots.WriteDurably(position.Value, 0);
                LastError = null;
                return true;
            }
            catch (IOException e)
            {
                LastError = e;
                return false;
            }
        }
    }

    /// <summary>Closes its file.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _slots.Dispose();
        }
    }

    private static bool IsName(string name)
    {
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))
            {
                return false;
            }
        }

        return name.Length is > 0 and <= 64;
    }
}
