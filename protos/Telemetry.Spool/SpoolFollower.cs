namespace Telemetry.Spool;

/// <summary>
/// Reads the log that another process writes, without its lock: only what is durable, as the head file says. Changes nothing.
/// What is damaged is skipped and reported, but not set aside. Not thread-safe.
/// </summary>
public sealed class SpoolFollower : IDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(25);

    private readonly FollowedDirectory _source;
    private readonly FrameReader _frames;
    private readonly TimeProvider _time;

    private SpoolFollower(FollowedDirectory source, SpoolPosition from, TimeProvider time)
    {
        _source = source;
        _time = time;
        _frames = new FrameReader(source, from.Value, durableOnly: true);
    }

    /// <summary>Where the next frame is looked for.</summary>
    public SpoolPosition Position => new(_frames.Position);

    /// <summary>End of what is durable, as of the last look at the head.</summary>
    public SpoolPosition Durable => new(_source.Durable);

    /// <summary>
    /// No frame that was ever durable is after this, also where a power cut has left the head behind: a greater position is
    /// from another log.
    /// </summary>
    public SpoolPosition Reach => new(_source.Reach);

    /// <summary>Bytes passed over since it was opened, because they were trimmed or are damaged.</summary>
    public long SkippedBytes => _frames.SkippedBytes;

    /// <summary>Bytes before the reader.</summary>
    public long LagBytes => _source.BytesAfter(_frames.Position);

    /// <summary>What the log takes: whole segments, and of the last one what is durable; bytes.</summary>
    public long UsedBytes => _source.UsedBytes;

    /// <summary>Opens a directory, which may be empty or not exist yet.</summary>
    /// <param name="directory">The log's.</param>
    /// <param name="from">Where to begin; where that was trimmed it begins at the next frame.</param>
    /// <param name="time">For waiting.</param>
    /// <param name="onDamage">Told of damage that a read comes upon, on the reading thread; must not throw.</param>
    public static SpoolFollower Open(
        ISpoolDirectory directory, SpoolPosition from, TimeProvider time, Action<SpoolDamage>? onDamage = null)
    {
        ArgumentNullException.ThrowIfNull(directory);
        ArgumentNullException.ThrowIfNull(time);
        var source = new FollowedDirectory(directory, onDamage);
        source.Look();
        return new SpoolFollower(source, from, time);
    }

    /// <summary>Bytes between a position and the first frame that are not there any more; at most, where it cannot be told.</summary>
    public long BytesTrimmedAfter(SpoolPosition position) => _source.BytesMissingAfter(position.Value);

    /// <summary>Reads the next frame if there is one. Its payload is valid until the next call. Does not throw.</summary>
    public bool TryRead(out SpoolFrame frame)
    {
        if (_frames.TryRead(out frame))
        {
            return true;
        }

        _source.Look();
        return _frames.TryRead(out frame);
    }

    /// <summary>
    /// Completes when <see cref="TryRead"/> may find more than when it last found nothing, or after
    /// <paramref name="atMost"/>; looks every 25 ms. Throws only when cancelled.
    /// </summary>
    public async ValueTask WaitAsync(TimeSpan atMost, CancellationToken cancel)
    {
        var started = _time.GetTimestamp();
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            _source.Look();
            var left = atMost - _time.GetElapsedTime(started);
            if (_frames.HasNews || left <= TimeSpan.Zero)
            {
                return;
            }

            await Task.Delay(left < PollInterval ? left : PollInterval, _time, cancel);
        }
    }

    /// <summary>Closes its file.</summary>
    public void Dispose() => _frames.Dispose();
}
