using System.Collections.Concurrent;
using Telemetry.Bus;

namespace Telemetry.Indexer.Loops;

/// <summary>
/// The loop of one partition: read, apply, commit. Any failure ends the session; the next begins at the last commit after a
/// pause, so nothing is skipped, whatever failed. One owner.
/// </summary>
internal sealed class PartitionLoop(PartitionContext partition) : IAsyncDisposable
{
    /// <summary>How often an idle partition notes that it is at the end of the bus.</summary>
    private static readonly TimeSpan CaughtUpEvery = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan RetainEvery = TimeSpan.FromHours(1);

    /// <summary>How often the position of an idle partition is committed, so that retention does not overtake it.</summary>
    private static readonly TimeSpan IdleCommitEvery = TimeSpan.FromSeconds(30);

    private readonly LaneContext _lane = partition.Lane;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _abandon = new();
    private readonly ConcurrentQueue<Errand> _errands = new();
    private CancellationTokenSource _wake = new();
    private long _caughtUp, _retained, _committed;
    private Task _running = Task.CompletedTask;

    private static readonly TimeSpan BeginErrandWithin = TimeSpan.FromMinutes(1);

    // Written by the loop, read by whoever asks for metrics.
    private long _lagBytes, _lastBusUnixUs;
    private volatile string _problem = "";
    private volatile bool _wasOpened;

    /// <summary>The partition.</summary>
    public BusPartition Partition => partition.Lease.Partition;

    /// <summary>Why the partition does not get on; "" from the next commit, or the next look at the end of the bus, on. Any thread.</summary>
    public string Problem => _problem;

    /// <summary>Notes of purges before this place are in the state; of one caller at a time.</summary>
    public long PurgesNoted { get; set; }

    /// <summary>False until state, store and bus have been opened for the first time. Any thread.</summary>
    public bool WasOpened => _wasOpened;

    /// <summary>
    /// Bytes on the bus that are not read, and the age of the last entry read while there are any; as of the last commit or look at the end of
    /// the bus. Any thread.
    /// </summary>
    public (long Bytes, double Seconds) Lag()
    {
        var bytes = Volatile.Read(ref _lagBytes);
        var last = Volatile.Read(ref _lastBusUnixUs);
        return (bytes, bytes == 0 || last == 0 ? 0 : Math.Max(0, (_lane.NowUnixUs - last) / 1e6));
    }

    /// <summary>For logs and people.</summary>
    public string Name => partition.Name;

    /// <summary>Starts it when <paramref name="ready"/> is complete; call once.</summary>
    public void Start(Task ready) => _running = Task.Run(async () =>
    {
        await ready;
        await RunAsync(_stop.Token);
    });

    /// <summary>
    /// Has the loop do something with its session as soon as all is committed. Faults as the errand does, which ends the session too.
    /// </summary>
    /// <exception cref="IOException">The loop does not get on, and the errand was not begun.</exception>
    /// <exception cref="OperationCanceledException">The loop ended before, or <paramref name="cancel"/>.</exception>
    public async Task DoAsync(Func<PartitionSession, ValueTask> work, CancellationToken cancel)
    {
        var errand = new Errand(work, cancel);
        _errands.Enqueue(errand);
        await Interlocked.Exchange(ref _wake, new CancellationTokenSource()).CancelAsync();
        await using var given = cancel.Register(errand.Cancel);
        await using var stopped = _stop.Token.Register(errand.Cancel);
        using var patience = new CancellationTokenSource(BeginErrandWithin, _lane.Time);
        await using var late = patience.Token.Register(errand.Cancel);
        try
        {
            await errand.Done;
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            throw new IOException($"The {partition.Name} lane does not get on: {_problem}");
        }
    }

    /// <summary>
    /// Stops reading, commits what was read and completes when that is done. What is not committed within
    /// <paramref name="budget"/> is abandoned, and false returned. Does not throw.
    /// </summary>
    public async Task<bool> StopAsync(TimeSpan budget)
    {
        await _stop.CancelAsync();
        if (await Task.WhenAny(_running, Task.Delay(budget, _lane.Time)) == _running)
        {
            return true;
        }

        await AbandonAsync();
        return false;
    }

    /// <summary>Ends without another commit. Does not throw.</summary>
    public async Task AbandonAsync()
    {
        await _abandon.CancelAsync();
        await _stop.CancelAsync();
        await _running;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await AbandonAsync();
        _stop.Dispose();
        _abandon.Dispose();
        _wake.Dispose();
    }

    private async Task RunAsync(CancellationToken cancel)
    {
        var backoff = _lane.Options.FirstBackoff;
        while (!cancel.IsCancellationRequested)
        {
            var began = _lane.Time.GetTimestamp();
            try
            {
                await using var session = await PartitionSession.OpenAsync(partition, _abandon.Token);
                _wasOpened = true;
                await RunSessionAsync(session, cancel);
                return;
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested || _abandon.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The one handler of this loop.
            catch (Exception e)
#pragma warning restore CA1031
            {
                backoff = _lane.Time.GetElapsedTime(began) > _lane.Options.MaxBackoff ? _lane.Options.FirstBackoff : backoff;
                _problem = e.Message;
                _lane.Metrics.Fault();
                _lane.Log.Failed(e, partition.Name, backoff.TotalSeconds);
            }

            if (!await PauseAsync(backoff, cancel))
            {
                return;
            }

            backoff = TimeSpan.FromTicks(Math.Min(backoff.Ticks * 2, _lane.Options.MaxBackoff.Ticks));
        }
    }

    private async Task RunSessionAsync(PartitionSession session, CancellationToken cancel)
    {
        _caughtUp = _retained = _committed = _lane.Time.GetTimestamp();
        Measure(session);
        try
        {
            while (!cancel.IsCancellationRequested)
            {
                await AdvanceAsync(session);
                await RunErrandsAsync(session);
                if (await session.TryStepAsync(cancel))
                {
                    await CommitIfDueAsync(session, _lane.Options.BusyCommitAfter);
                }
                else
                {
                    await RestAsync(session, cancel);
                }
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
        }

        await CommitAllAsync(session);
        if (session.IsPastCommitted)
        {
            // Signs of time that came since the last commit would else be deleted unread, for all that anybody knows, while nobody reads.
            await session.BeginCommitAsync();
            await session.FinishCommitAsync();
        }
    }

    private async ValueTask RunErrandsAsync(PartitionSession session)
    {
        while (_errands.TryDequeue(out var errand))
        {
            await CommitAllAsync(session);
            await errand.RunAsync(session);
        }
    }

    private async ValueTask CommitAllAsync(PartitionSession session)
    {
        await session.FinishCommitAsync();
        if (session.PendingSince is not null)
        {
            await session.BeginCommitAsync();
            await session.FinishCommitAsync();
        }

        NoteCommit(session);
    }

    private async ValueTask AdvanceAsync(PartitionSession session)
    {
        if (session.IsCommitting)
        {
            await session.AdvanceAsync();
            NoteCommit(session);
        }
    }

    private void NoteCommit(PartitionSession session)
    {
        if (!session.IsCommitting)
        {
            _problem = "";
            _committed = _lane.Time.GetTimestamp();
            Measure(session);
        }
    }

    /// <summary>The bus is read to its end: finishes what is under way, or waits for more.</summary>
    private async ValueTask RestAsync(PartitionSession session, CancellationToken cancel)
    {
        // What came since the last commit may be signs of time, after which there is none.
        Measure(session);
        if (session.IsCommitting)
        {
            await session.FinishCommitAsync();
            NoteCommit(session);
            return;
        }

        var wait = await CommitIfDueAsync(session, _lane.Options.IdleCommitAfter);
        if (!session.IsCommitting)
        {
            await WaitAsync(session, wait, cancel);
        }
    }

    private async ValueTask WaitAsync(PartitionSession session, TimeSpan atMost, CancellationToken cancel)
    {
        // Taken before the look at the queue: an errand that comes after the look ends the wait.
        var wake = Volatile.Read(ref _wake).Token;
        if (!_errands.IsEmpty)
        {
            return;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, wake);
        try
        {
            await session.WaitAsync(atMost, either.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
        }
    }

    /// <summary>Returns how long nothing will be due.</summary>
    private async ValueTask<TimeSpan> CommitIfDueAsync(PartitionSession session, TimeSpan after)
    {
        if (session.IsCommitting)
        {
            return CaughtUpEvery;
        }

        if (session.PendingSince is not { } since)
        {
            await HousekeepAsync(session);
            return CaughtUpEvery;
        }

        var left = after - _lane.Time.GetElapsedTime(since);
        if (left > TimeSpan.Zero && session.PendingBytes < _lane.Options.CommitBytes)
        {
            return left;
        }

        await session.BeginCommitAsync();
        NoteCommit(session);
        return CaughtUpEvery;
    }

    private void Measure(PartitionSession session)
    {
        Volatile.Write(ref _lastBusUnixUs, session.BusUnixUs);
        Volatile.Write(ref _lagBytes, session.LagBytes);
    }

    private async ValueTask HousekeepAsync(PartitionSession session)
    {
        if (_lane.Time.GetElapsedTime(_caughtUp) >= CaughtUpEvery && session.LagBytes == 0)
        {
            _caughtUp = _lane.Time.GetTimestamp();
            session.CaughtUp();
            _problem = "";
        }

        if (_lane.Time.GetElapsedTime(_retained) >= RetainEvery)
        {
            _retained = _lane.Time.GetTimestamp();
            session.Retain();
        }

        if (session.IsPastCommitted && _lane.Time.GetElapsedTime(_committed) >= IdleCommitEvery)
        {
            await session.BeginCommitAsync();
            NoteCommit(session);
        }
    }

    private async Task<bool> PauseAsync(TimeSpan pause, CancellationToken cancel)
    {
        try
        {
            await Task.Delay(pause, _lane.Time, cancel);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
