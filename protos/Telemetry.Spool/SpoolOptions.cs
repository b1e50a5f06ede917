namespace Telemetry.Spool;

/// <summary>How a log is kept. Sizes are checked when it is opened: <see cref="ArgumentException"/> names all problems at once.</summary>
public sealed record SpoolOptions
{
    /// <summary>
    /// Size of a segment file, bytes; default 16 MiB, from 4 KiB to 1 GiB. A frame fits into one segment; space is given back a
    /// segment at a time. Segments written with another size are read and used up.
    /// </summary>
    public long SegmentBytes { get; init; } = 16 << 20;

    /// <summary>What the segments take on disk at most, spare ones included, bytes; default 256 MiB, at least two segments.</summary>
    public long MaxBytes { get; init; } = 256 << 20;

    /// <summary>How much of <see cref="MaxBytes"/> only appends from the reserve may use, bytes; default 0.</summary>
    public long ReserveBytes { get; init; }

    /// <summary>Spare segments kept for reuse, at least 1; default 2. What is trimmed beyond it is deleted.</summary>
    public int SpareSegments { get; init; } = 2;

    /// <summary>
    /// Whether opening verifies every frame (about 1 GB/s); default true. Else only what may not have been durable is
    /// verified, and damage before it is found and reported by the readers that come upon it.
    /// </summary>
    public bool VerifyOnOpen { get; init; } = true;

    /// <summary>What <c>damaged/</c> keeps, bytes; default 64 MiB. The oldest goes first, the newest is always kept.</summary>
    public long MaxDamagedBytes { get; init; } = 64 << 20;

    /// <summary>
    /// Told of damage that is found after opening, on any thread, with no lock of the log held; must not throw. What opening
    /// finds is in <see cref="SpoolRecovery"/>.
    /// </summary>
    public Action<SpoolDamage>? OnDamage { get; init; }

    /// <summary>Source of the random number in segment headers.</summary>
    public Random Random { get; init; } = Random.Shared;

    internal ISpoolWorkers Workers { get; init; } = new SpoolWorkers();

    internal int MaxSegments => (int)Math.Min(int.MaxValue, MaxBytes / SegmentBytes);

    internal void Validate()
    {
        List<string> problems = [];
        if (SegmentBytes is < SpoolFormat.MinSegmentBytes or > SpoolFormat.MaxSegmentBytes || SegmentBytes % 512 != 0)
        {
            problems.Add($"SegmentBytes is {SegmentBytes}; it has to be a multiple of 512 from 4 KiB to 1 GiB.");
        }
        else if (MaxBytes < 2 * SegmentBytes)
        {
            problems.Add($"MaxBytes is {MaxBytes}; it has to be at least two segments, {2 * SegmentBytes}.");
        }

        if (ReserveBytes < 0 || ReserveBytes > MaxBytes)
        {
            problems.Add($"ReserveBytes is {ReserveBytes}; it has to be between 0 and MaxBytes.");
        }

        if (SpareSegments < 1)
        {
            problems.Add($"SpareSegments is {SpareSegments}; it has to be at least 1.");
        }

        if (MaxDamagedBytes < 0)
        {
            problems.Add($"MaxDamagedBytes is {MaxDamagedBytes}; it cannot be negative.");
        }

        if (problems.Count > 0)
        {
            throw new ArgumentException(string.Join(' ', problems));
        }
    }
}
