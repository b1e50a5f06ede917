using Telemetry.Bus;
using Telemetry.Indexer.Enrichment;
using Telemetry.Wire;

namespace Telemetry.Indexer.Loops;

/// <summary>
/// Lets the bulk lane wait for who a new server is, which comes on the critical lane at about the same time. It changes what a
/// document says, never whether it is or its id. A stream is waited for once. Not thread-safe.
/// </summary>
internal sealed class IdentityWait(LifetimeDirectory directory, TimeProvider time, TimeSpan atMost)
{
    private const int MaxGivenUp = 10_000;

    private readonly HashSet<(LifetimeId, StreamId)> _givenUp = [];

    /// <summary>Waits until the streams of the runs are known, the critical lane is past them, or the time is up.</summary>
    public async ValueTask ForAsync(BusStamp stamp, IReadOnlyList<Run> runs, CancellationToken cancel)
    {
        var passed = stamp.BusUnixUs + (long)atMost.TotalMicroseconds;
        var began = time.GetTimestamp();
        for (var i = 0; i < runs.Count; i++)
        {
            while (Lacks(stamp.Lifetime, runs[i].Stream) && directory.CriticalBusUnixUs < passed)
            {
                var changed = directory.Changed;
                var left = atMost - time.GetElapsedTime(began);
                if (left <= TimeSpan.Zero)
                {
                    GiveUp((stamp.Lifetime, runs[i].Stream));
                    break;
                }

                if (Lacks(stamp.Lifetime, runs[i].Stream))
                {
                    await WaitAsync(changed, left, cancel);
                }
            }
        }
    }

    private async ValueTask WaitAsync(Task changed, TimeSpan left, CancellationToken cancel)
    {
        try
        {
            await changed.WaitAsync(left, time, cancel);
        }
        catch (TimeoutException)
        {
        }
    }

    private bool Lacks(LifetimeId lifetime, StreamId stream) =>
        directory.Find(lifetime) is var profile && (profile.Identity is null || !profile.Streams.ContainsKey(stream))
        && !_givenUp.Contains((lifetime, stream));

    private void GiveUp((LifetimeId, StreamId) key)
    {
        if (_givenUp.Count >= MaxGivenUp)
        {
            _givenUp.Clear();
        }

        _givenUp.Add(key);
    }
}
