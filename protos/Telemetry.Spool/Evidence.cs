using System.Globalization;

namespace Telemetry.Spool;

/// <summary>
/// The folder of what was set aside: named by time, kind and position range, so that the same damage found again is known.
/// Keeping evidence is an attempt: where the disk does not allow it the log goes on without. Does not throw.
/// </summary>
internal sealed class Evidence(ISpoolDirectory directory, TimeProvider time, long maxBytes)
{
    private const int MaxCopyBytes = 1 << 20;
    private const int CopyBlock = 64 << 10;

    private readonly Lock _gate = new();

    /// <summary>Copies a passage of a segment, its first MiB.</summary>
    public SpoolDamage Copy(SpoolDamageKind kind, Segment segment, long from, long to)
    {
        lock (_gate)
        {
            var name = $"{KindName(kind)}-{from:x16}-{to:x16}.bin";
            var found = Find(name);
            var evidence = found ?? TryCopy(segment, from, to, $"{Prefix()}-{name}");
            return new SpoolDamage(kind, new(from), new(to), to - from, evidence ?? "", found is not null);
        }
    }

    /// <summary>Notes a passage of which there is nothing to keep.</summary>
    public SpoolDamage Note(SpoolDamageKind kind, long from, long to)
    {
        lock (_gate)
        {
            var name = $"{KindName(kind)}-{from:x16}-{to:x16}.bin";
            var found = Find(name);
            var evidence = found ?? TryCreateEmpty($"{Prefix()}-{name}");
            return new SpoolDamage(kind, new(from), new(to), to - from, evidence ?? "", found is not null);
        }
    }

    /// <summary>Moves a whole file away; when that fails it stays where it is and is not used.</summary>
    public SpoolDamage Move(string fileName, long bytes, SpoolDamageKind kind = SpoolDamageKind.ForeignFile)
    {
        lock (_gate)
        {
            var target = $"{SpoolFormat.DamagedFolder}/{Prefix()}-{KindName(kind)}-{fileName}";
            try
            {
                directory.Rename(fileName, target);
            }
            catch (IOException)
            {
                target = "";
            }

            Shrink();
            return new SpoolDamage(kind, default, default, bytes, target, Known: false);
        }
    }

    private static string KindName(SpoolDamageKind kind) => kind switch
    {
        SpoolDamageKind.Tail => "tail",
        SpoolDamageKind.Gap => "gap",
        SpoolDamageKind.MissingSegment => "missing",
        SpoolDamageKind.LostWrites => "lost",
        SpoolDamageKind.OtherVersion => "version",
        _ => "file",
    };

    private string Prefix() => time.GetUtcNow().ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture);

    private string? Find(string name)
    {
        foreach (var file in Files())
        {
            if (file.EndsWith(name, StringComparison.Ordinal))
            {
                return $"{SpoolFormat.DamagedFolder}/{file}";
            }
        }

        return null;
    }

    private IReadOnlyList<string> Files()
    {
        try
        {
            return directory.List(SpoolFormat.DamagedFolder);
        }
        catch (IOException)
        {
            return [];
        }
    }

    private string? TryCopy(Segment segment, long from, long to, string name)
    {
        var target = $"{SpoolFormat.DamagedFolder}/{name}";
        try
        {
            using var window = new FileWindow();
            window.Attach(directory.Open(segment.FileName, writable: false));
            using var copy = directory.Create(target);
            var count = Math.Min(to - from, MaxCopyBytes);
            for (var done = 0L; done < count;)
            {
                var size = (int)Math.Min(CopyBlock, count - done);
                var block = window.GetAtMost(from - segment.Base + done, size, long.MaxValue);
                if (block.IsEmpty)
                {
                    break;
                }

                copy.Write(block.Span, done);
                done += block.Length;
            }

            Shrink();
            return target;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private string? TryCreateEmpty(string name)
    {
        try
        {
            directory.Create($"{SpoolFormat.DamagedFolder}/{name}").Dispose();
            return $"{SpoolFormat.DamagedFolder}/{name}";
        }
        catch (IOException)
        {
            return null;
        }
    }

    private void Shrink()
    {
        try
        {
            var names = Files().Order(StringComparer.Ordinal).Reverse().ToArray();
            var kept = 0L;
            for (var i = 0; i < names.Length; i++)
            {
                var name = $"{SpoolFormat.DamagedFolder}/{names[i]}";
                kept += LengthOf(name);
                if (i > 0 && kept > maxBytes)
                {
                    directory.Delete(name);
                }
            }
        }
        catch (IOException)
        {
            // Too much evidence for now; the next passage that is set aside tries again.
        }
    }

    private long LengthOf(string name)
    {
        using var file = directory.Open(name, writable: false);
        return file.Length;
    }
}
