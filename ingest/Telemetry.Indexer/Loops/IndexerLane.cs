
namespace Telemetry.Indexer.Loops;

/// <summary>
/// The loop of one lane: read, apply, commit. Any failure ends the session; the next begins at the last commit after a pause,
/// so nothing is skipped, whatever failed. One owner, one cancellation.
/// </summary>
internal sealed class IndexerLane(LaneContext lane)
{
    /// <summary>How often an idle lane notes that it is at the end of the bus.</summary>
    private static readonly TimeSpan CaughtUpEvery = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan RetainEvery = TimeSpan.FromHours(1);

    private long _caughtUp, _retained;

    // Written by the loop, read by whoever asks for metrics.
    private long _lagBytes, _lastBusUnixUs;
    private volatile string _problem = "";

    /// <summary>Why the lane does not get on; "" from the next commit, or the next look at the end of the bus, on. Any thread.</summary>
    public string Problem => _problem;

    /// <summary>
    /// Bytes on the bus that are not indexed, and the age of the last entry read while there are any; as of the last commit. Any
    /// thread.
    /// </summary>
    public (long Bytes, double Seconds) Lag()
    {
        var bytes = Volatile.Read(ref _lagBytes);
        var age = lane.NowUnixUs - Volatile.Read(ref _lastBusUnixUs);
        return (bytes, bytes == 0 ? 0 : Math.Max(0, age / 1e6));
    }

    /// <summary>Runs until cancelled; commits what it has before it returns. Does not throw.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var backoff = lane.Options.FirstBackoff;
        while (!cancel.IsCancellationRequested)
        {
            var began = lane.Time.GetTimestamp();
            try
            {
                await using var session = await LaneSession.OpenAsync(lane);
                await RunSessionAsync(session, cancel);
                return;
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The one handler of this loop.
            catch (Exception e)
#pragma warning restore CA1031
            {
                backoff = lane.Time.GetElapsedTime(began) > lane.Options.MaxBackoff ? lane.Options.FirstBackoff : backoff;
                _problem = e.Message;
                lane.Metrics.Fault();
                lane.Log.Failed(e, lane.Name, backoff.TotalSeconds);
            }

            if (!await PauseAsync(backoff, cancel))
            {
                return;
            }

            backoff = TimeSpan.FromTicks(Math.Min(backoff.Ticks * 2, lane.Options.MaxBackoff.Ticks));
        }
    }

    private async Task RunSessionAsync(LaneSession session, CancellationToken cancel)
    {
        _caughtUp = _retained = lane.Time.GetTimestamp();
        Measure(session);
        try
        {
            while (!cancel.IsCancellationRequested)
            {
                if (await session.TryStepAsync(cancel))
                {
                    await CommitIfDueAsync(session, lane.Options.BusyCommitAfter, cancel);
                    continue;
                }

                var wait = await CommitIfDueAsync(session, lane.Options.IdleCommitAfter, cancel);
                await session.WaitAsync(wait, cancel);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
        }

        if (session.PendingSince is not null)
        {
            await session.CommitAsync(CancellationToken.None);
        }
    }

    /// <summary>Returns how long nothing will be due.</summary>
    private async ValueTask<TimeSpan> CommitIfDueAsync(LaneSession session, TimeSpan after, CancellationToken cancel)
    {
        if (session.PendingSince is not { } since)
        {
            Housekeep(session);
            return CaughtUpEvery;
        }

        var left = after - lane.Time.GetElapsedTime(since);
        if (left > TimeSpan.Zero && session.PendingBytes < lane.Options.CommitBytes)
        {
            return left;
        }

        await session.CommitAsync(cancel);
        _problem = "";
        Measure(session);
        return CaughtUpEvery;
    }

    private void Measure(LaneSession session)
    {
        Volatile.Write(ref _lastBusUnixUs, session.BusUnixUs);
        Volatile.Write(ref _lagBytes, session.LagBytes);
    }

    private void Housekeep(LaneSession session)
    {
        if (lane.Time.GetElapsedTime(_caughtUp) >= CaughtUpEvery && session.LagBytes == 0)
        {
            _caughtUp = lane.Time.GetTimestamp();
            session.CaughtUp();
            _problem = "";
        }

        if (lane.Time.GetElapsedTime(_retained) >= RetainEvery)
        {
            _retained = lane.Time.GetTimestamp();
            session.Retain();
        }
    }

    private async Task<bool> PauseAsync(TimeSpan pause, CancellationToken cancel)
    {
        try
        {
            await Task.Delay(pause, lane.Time, cancel);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
