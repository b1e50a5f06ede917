namespace Telemetry.Spool;

/// <summary>Reads the log of this process in order. Not thread-safe; different readers are independent.</summary>
public sealed class SpoolReader : IDisposable
{
    private readonly SpoolLog _log;
    private readonly FrameReader _frames;

    internal SpoolReader(SpoolLog log, SpoolPosition from, bool durableOnly)
    {
        _log = log;
        _frames = new FrameReader(log, from.Value, durableOnly);
    }

    /// <summary>Where the next frame is looked for: the <see cref="SpoolFrame.Next"/> of the last one.</summary>
    public SpoolPosition Position => new(_frames.Position);

    /// <summary>Bytes passed over since it was opened, because they were trimmed or are damaged.</summary>
    public long SkippedBytes => _frames.SkippedBytes;

    /// <summary>Bytes before the reader.</summary>
    public long LagBytes => _log.BytesAfter(Position, _frames.DurableOnly);

    /// <summary>
    /// Reads the next frame if there is one. Its payload is valid until the next call. What is damaged is skipped and reported
    /// to <see cref="SpoolOptions.OnDamage"/>. Does not throw; a file that cannot be opened for the moment reads as no frame.
    /// </summary>
    public bool TryRead(out SpoolFrame frame) => _frames.TryRead(out frame);

    /// <summary>
    /// Completes when <see cref="TryRead"/> may find more than when it last found nothing, or after
    /// <paramref name="atMost"/>, or when the log is disposed. Throws only when cancelled.
    /// </summary>
    public async ValueTask WaitAsync(TimeSpan atMost, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var arrival = _log.NextArrival(_frames.DurableOnly, _frames);
        if (!arrival.IsCompleted)
        {
            await arrival.WaitAsync(atMost, _log.Time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancel.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Closes its file.</summary>
    public void Dispose() => _frames.Dispose();
}
