namespace Telemetry.Spool;

/// <summary>What a copy of a log holds.</summary>
/// <param name="From">First position wanted.</param>
/// <param name="End">Everything durable before it is in the copy.</param>
/// <param name="MissingBytes">Bytes between <paramref name="From"/> and the first frame there was: trimmed before they could be copied.</param>
/// <param name="DamagedBytes">Bytes that do not verify, in the log as in the copy.</param>
public sealed record SpoolCopyResult(SpoolPosition From, SpoolPosition End, long MissingBytes, long DamagedBytes);

/// <summary>
/// Copies what is durable of a log, also while another process writes it and without its lock. Positions stay what they are, and a
/// writer that opens the copy goes on after them. The copy is read again and verified, frame by frame: a segment that was trimmed
/// and recycled while it was copied does not pass, as its position is in every checksum.
/// </summary>
public static class SpoolCopy
{
    private const int MaxAttempts = 10;
    private const int BlockBytes = 256 << 10;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(25);

    /// <summary>
    /// Copies the segments that hold <paramref name="from"/> and what follows it into an empty directory, durably.
    /// </summary>
    /// <param name="source">The log's directory; changed in nothing.</param>
    /// <param name="from">First position wanted.</param>
    /// <param name="target">An empty directory.</param>
    /// <param name="time">For waiting.</param>
    /// <param name="cancel">Ends the copy; the target is then of no use.</param>
    /// <exception cref="IOException">
    /// A file cannot be read or written, the log ends before <paramref name="from"/>, or a segment was recycled while it was copied.
    /// </exception>
    public static async Task<SpoolCopyResult> CopyAsync(
        ISpoolDirectory source, SpoolPosition from, ISpoolDirectory target, TimeProvider time, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(time);
        var followed = new FollowedDirectory(source, onDamage: null);
        await ReachAsync(followed, from.Value, time, cancel);
        var durable = followed.Durable;
        target.Prepare();
        var (wanted, files) = OpenWanted(followed, from.Value, durable);
        var missing = followed.BytesMissingAfter(from.Value);
        try
        {
            for (var i = 0; i < files.Count; i++)
            {
                Copy(files[i], wanted[i], durable, target, $"{i + 1:x8}{SpoolFormat.SegmentSuffix}", cancel);
            }
        }
        finally
        {
            files.ForEach(file => file.Dispose());
        }

        WriteHead(target, durable, wanted is [var first, ..] ? first.Base : durable);
        var damaged = SkippedBytes(target, from, time, cancel);
        followed.Look();
        if (damaged > 0 && damaged != SkippedBytes(source, from, time, cancel, durable))
        {
            throw new IOException($"Segments of '{source.Path}' were deleted while they were copied.");
        }

        return new SpoolCopyResult(from, new SpoolPosition(durable), missing, damaged);
    }

    /// <summary>Opens the segments that are wanted; one that was trimmed since it was seen is looked for anew with the rest.</summary>
    private static (Segment[] Wanted, List<ISpoolFile> Files) OpenWanted(FollowedDirectory followed, long from, long durable)
    {
        for (var attempt = 1; ; attempt++)
        {
            followed.Find(from, refresh: true);
            var wanted = Wanted(followed.InUse(), from, durable);
            var files = new List<ISpoolFile>();
            try
            {
                foreach (var segment in wanted)
                {
                    files.Add(followed.Directory.Open(segment.FileName, writable: false));
                }

                return (wanted, files);
            }
            catch (FileNotFoundException) when (attempt < MaxAttempts)
            {
                files.ForEach(file => file.Dispose());
            }
        }
    }

    /// <summary>The last one in any case: a writer goes on in it.</summary>
    private static Segment[] Wanted(Segment[] segments, long from, long durable)
    {
        // A segment may have been taken into use after the head was read.
        Segment[] known = [.. segments.Where(segment => segment.Base < durable)];
        var wanted = SegmentTable.EndingAfter(known, from, durable);
        return wanted.Length > 0 ? wanted : known[^Math.Min(1, known.Length)..];
    }

    /// <summary>The head is written right after a flush, which readers in the writer's process may see first.</summary>
    private static async Task ReachAsync(FollowedDirectory followed, long from, TimeProvider time, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        for (followed.Look(); followed.Durable < from; followed.Look())
        {
            if (time.GetElapsedTime(began) > TimeSpan.FromSeconds(5))
            {
                throw new IOException(
                    $"The log in '{followed.Directory.Path}' ends at {followed.Durable}, before {from}: it is not the one that was read.");
            }

            await Task.Delay(PollInterval, time, cancel);
        }
    }

    private static void Copy(
        ISpoolFile read, Segment segment, long durable, ISpoolDirectory target, string name, CancellationToken cancel)
    {
        using var write = target.Create(name);
        var bytes = segment.EndWithin(durable) - segment.Base;
        var block = new byte[BlockBytes];
        for (var offset = 0L; offset < bytes;)
        {
            cancel.ThrowIfCancellationRequested();
            var part = block.AsSpan(0, (int)Math.Min(bytes - offset, block.Length));
            part = part[..read.Read(part, offset)];
            if (part.IsEmpty)
            {
                break;
            }

            write.Write(part, offset);
            offset += part.Length;
        }

        if (write.Length < segment.Header.SegmentBytes)
        {
            // What follows the last frame is zero, as in a segment that was never used before.
            write.Write([0], segment.Header.SegmentBytes - 1);
        }

        write.Flush();
    }

    private static void WriteHead(ISpoolDirectory target, long durable, long start)
    {
        using (var head = new HeadFile(target))
        {
            if (!head.TryWrite(durable, start, out var error))
            {
                throw error!;
            }

            head.WriteDurably(start);
        }

        target.Flush();
    }

    private static long SkippedBytes(
        ISpoolDirectory directory, SpoolPosition from, TimeProvider time, CancellationToken cancel, long until = long.MaxValue)
    {
        using var follower = SpoolFollower.Open(directory, from, time);
        while (follower.Position.Value < until && follower.TryRead(out _))
        {
            cancel.ThrowIfCancellationRequested();
        }

        return Math.Max(0, follower.SkippedBytes - follower.BytesTrimmedAfter(from));
    }
}
