using System.Globalization;

namespace Telemetry.Spool;

/// <summary>Sorts the files of a log's directory by what their headers say. Throws only when the directory cannot be listed.</summary>
internal sealed class DirectoryScan
{
    private const int MaxNumberDigits = 12;

    private readonly ISpoolDirectory _directory;
    private readonly Evidence? _evidence;

    private DirectoryScan(ISpoolDirectory directory, Evidence? evidence)
    {
        _directory = directory;
        _evidence = evidence;
    }

    /// <summary>Files with a header of this version, by base; their ends are not known yet.</summary>
    public List<Segment> Segments { get; } = [];

    /// <summary>Files in no use that hold nothing, with their sizes.</summary>
    public List<(string Name, long Bytes)> Blank { get; } = [];

    /// <summary>Files that were set aside.</summary>
    public List<SpoolDamage> Foreign { get; } = [];

    /// <summary>Greatest position in a cursor.</summary>
    public long MaxCursor { get; private set; }

    /// <summary>Greatest number of a file.</summary>
    public long LastNumber { get; private set; }

    /// <summary>The writer's scan, which tidies up.</summary>
    public static DirectoryScan Tidy(ISpoolDirectory directory, Evidence evidence) => new DirectoryScan(directory, evidence).Run();

    /// <summary>A reader's scan, which changes nothing.</summary>
    public static DirectoryScan Look(ISpoolDirectory directory) => new DirectoryScan(directory, null).Run();

    private DirectoryScan Run()
    {
        foreach (var name in _directory.List(""))
        {
            if (name.EndsWith(SpoolFormat.SegmentSuffix, StringComparison.Ordinal))
            {
                CountNumber(name);
                Examine(name);
            }
            else if (name.EndsWith(SpoolFormat.CursorSuffix, StringComparison.Ordinal))
            {
                var slot = SlotFile.TryRead(_directory, name, SpoolFormat.CursorMagic, out _);
                MaxCursor = Math.Max(MaxCursor, slot?.First ?? 0);
            }
            else if (_evidence is not null && name.EndsWith(SpoolFormat.UnfinishedSuffix, StringComparison.Ordinal))
            {
                CountNumber(name);
                TryDelete(name);
            }
        }

        Segments.Sort(static (a, b) => a.Base.CompareTo(b.Base));
        return this;
    }

    private void CountNumber(string name)
    {
        var digits = name.AsSpan(0, name.IndexOf('.'));
        if (digits.Length <= MaxNumberDigits
            && long.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number))
        {
            LastNumber = Math.Max(LastNumber, number);
        }
    }

    private void Examine(string name)
    {
        var bytes = 0L;
        var kind = SpoolDamageKind.ForeignFile;
        try
        {
            using var file = _directory.Open(name, writable: false);
            bytes = file.Length;
            Span<byte> head = stackalloc byte[SpoolFormat.SegmentHeaderBytes];
            head = head[..file.Read(head, 0)];
            if (SegmentHeader.TryRead(head, out var header))
            {
                Segments.Add(new Segment(name, bytes, header, Segment.Open));
                return;
            }

            if (_evidence is null)
            {
                return;
            }

            if (SegmentHeader.IsOtherVersion(head))
            {
                kind = SpoolDamageKind.OtherVersion;
            }
            else if (bytes > 0 && IsZero(file, bytes))
            {
                Blank.Add((name, bytes));
                return;
            }
        }
        catch (FileNotFoundException)
        {
            return;
        }
        catch (IOException)
        {
            // Cannot be read at all: set aside like what cannot be understood.
        }

        if (_evidence is not null)
        {
            Foreign.Add(_evidence.Move(name, bytes, kind));
        }
    }

    private static bool IsZero(ISpoolFile file, long bytes)
    {
        var block = new byte[Math.Min(bytes, 64 << 10)];
        for (var offset = 0L; offset < bytes; offset += block.Length)
        {
            if (block.AsSpan(0, file.Read(block, offset)).ContainsAnyExcept((byte)0))
            {
                return false;
            }
        }

        return true;
    }

    private void TryDelete(string name)
    {
        try
        {
            _directory.Delete(name);
        }
        catch (IOException)
        {
            // Its number is not given again; the next opening tries once more.
        }
    }
}
