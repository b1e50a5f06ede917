using Microsoft.Extensions.Logging;
using Telemetry.Autopsy;
using Telemetry.Indexer.Loops;
using Telemetry.Store;
using Telemetry.Store.Sqlite.State;
using Telemetry.Wire;

namespace Telemetry.Indexer.Lifetimes;

/// <summary>
/// Writes the lifetimes of one co-partition to the store: within a second when something happened to them (a crash, a loss, an
/// end, silence), else once a minute, so that idle servers cost next to nothing. The one reducer: only the owner of the critical lane has
/// one. One loop.
/// </summary>
internal sealed class LifetimePublisher : IAsyncDisposable
{
    private const int MaxPerRequest = 500;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan IdleEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(5);

    private readonly string _stateDirectory;
    private readonly ILifetimeWriter _writer;
    private readonly TimeSpan _silenceBound;
    private readonly ILogger _log;
    private readonly LogLimit _limit;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<LifetimeId, bool> _noted = [];
    private readonly Dictionary<LifetimeId, PublishedLifetime> _published = [];
    private readonly Task _running;
    private bool _begun;

    /// <param name="stateDirectory">Where the states of both lanes lie.</param>
    /// <param name="writer">Where to.</param>
    /// <param name="silenceBound">A server not heard of for longer is dead.</param>
    /// <param name="log">Log.</param>
    /// <param name="time">Clock.</param>
    public LifetimePublisher(string stateDirectory, ILifetimeWriter writer, TimeSpan silenceBound, ILogger log, TimeProvider time)
    {
        (_stateDirectory, _writer, _silenceBound, _log, _time) = (stateDirectory, writer, silenceBound, log, time);
        _limit = new LogLimit(time);
        _running = Task.Run(RunAsync);
    }

    /// <summary>Something of these lifetimes was committed. Any thread.</summary>
    public void Note(IEnumerable<LifetimeId> changed, IReadOnlySet<LifetimeId> eventful)
    {
        lock (_gate)
        {
            foreach (var id in changed)
            {
                _noted[id] = _noted.GetValueOrDefault(id) || eventful.Contains(id);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Every, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                await TryPublishAsync();
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task TryPublishAsync()
    {
        try
        {
            using var evidence = SqliteEvidence.Open(_stateDirectory);
            Begin(evidence);
            TakeNotes();
            foreach (var chunk in Due().Chunk(MaxPerRequest))
            {
                await PublishAsync(evidence, chunk);
            }
        }
#pragma warning disable CA1031 // The one handler of this loop: what was not written is due again.
        catch (Exception e) when (!_stop.IsCancellationRequested)
#pragma warning restore CA1031
        {
            if (_limit.Allows(out var suppressed))
            {
                _log.PublishFailed(e, suppressed);
            }
        }
    }

    /// <summary>A new owner does not know what the former one wrote: all is written once.</summary>
    private void Begin(SqliteEvidence evidence)
    {
        if (!_begun)
        {
            foreach (var id in evidence.List(long.MinValue, long.MaxValue, int.MaxValue))
            {
                _published.TryAdd(id, new PublishedLifetime());
            }

            _begun = true;
        }
    }

    private void TakeNotes()
    {
        lock (_gate)
        {
            foreach (var (id, eventful) in _noted)
            {
                if (!_published.TryGetValue(id, out var published))
                {
                    _published.Add(id, published = new PublishedLifetime());
                }

                published.Note(_time.GetTimestamp(), eventful);
            }

            _noted.Clear();
        }
    }

    private List<LifetimeId> Due()
    {
        var now = _time.GetTimestamp();
        return
        [
            .. _published.Where(p => p.Value.IsDue(now, _time, IdleEvery, _silenceBound, LookAgainAfter)).Select(p => p.Key),
        ];
    }

    private async Task PublishAsync(SqliteEvidence evidence, LifetimeId[] ids)
    {
        var now = (_time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) / 10;
        var asOf = Math.Min(now, evidence.IndexedUntilUnixUs);
        var snapshots = new List<(LifetimeSnapshot Snapshot, LifetimeState State)>();
        foreach (var id in ids)
        {
            if (evidence.Gather(id) is not { } found)
            {
                _published.Remove(id);
                continue;
            }

            var state = LifetimeComposer.Compose(found, asOf, (long)_silenceBound.TotalMicroseconds).State;
            if (_published[id].IsNews(state))
            {
                snapshots.Add((new LifetimeSnapshot(found, asOf), state));
            }
            else
            {
                _published[id].Looked(_time.GetTimestamp());
            }
        }

        if (snapshots.Count == 0)
        {
            return;
        }

        await _writer.WriteAsync([.. snapshots.Select(s => s.Snapshot)], _stop.Token);
        foreach (var (snapshot, state) in snapshots)
        {
            Wrote(snapshot.Evidence, state);
        }
    }

    private void Wrote(LifetimeEvidence evidence, LifetimeState state)
    {
        var published = _published[evidence.Id];
        if (!published.WasWritten && evidence.Predecessor is { } before && _published.TryGetValue(before, out var predecessor))
        {
            // Its instance runs again: it has been replaced.
            predecessor.Note(_time.GetTimestamp(), eventful: true);
        }

        published.Wrote(_time.GetTimestamp(), state);
        if (published.IsOver)
        {
            _published.Remove(evidence.Id);
        }
    }
}
