using Telemetry.Bus;
using Telemetry.Indexer.Enrichment;
using Telemetry.Wire;

namespace Telemetry.Indexer.Loops;

/// <summary>
/// Lets the bulk lane wait for who a new server is, which comes on the critical lane at about the same time. It changes what a
/// document says, never whether it is or its id. A stream is waited for once, and only while the critical lane gets on: each lane
/// goes on without the other. Not thread-safe.
/// </summary>
/// <param name="directory">Who servers are.</param>
/// <param name="time">Clock.</param>
/// <param name="atMost">How long the critical lane may take for its next step.</param>
internal sealed class IdentityWait(LifetimeDirectory directory, TimeProvider time, TimeSpan atMost)
{
    private const int MaxGivenUp = 10_000;

    /// <summary>For a critical lane that has begun but has not read anything yet, and for all waiting for one batch.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HashSet<(LifetimeId, StreamId)> _givenUp = [];

    /// <summary>Waits until the streams of the runs are known, the critical lane is past them, or does not get on.</summary>
    public async ValueTask ForAsync(BusStamp stamp, IReadOnlyList<Run> runs, CancellationToken cancel)
    {
        var passed = stamp.BusUnixUs + (long)atMost.TotalMicroseconds;
        var began = time.GetTimestamp();
        for (var i = 0; i < runs.Count; i++)
        {
            while (atMost > TimeSpan.Zero && Lacks(stamp.Lifetime, runs[i].Stream) && directory.CriticalBusUnixUs < passed)
            {
                var changed = directory.Changed;
                if (Lacks(stamp.Lifetime, runs[i].Stream) && !await ChangesAsync(changed, cancel) || time.GetElapsedTime(began) > Patience)
                {
                    GiveUp((stamp.Lifetime, runs[i].Stream));
                    break;
                }
            }
        }
    }

    private async ValueTask<bool> ChangesAsync(Task changed, CancellationToken cancel)
    {
        try
        {
            await changed.WaitAsync(directory.CriticalBusUnixUs == 0 ? Patience : atMost, time, cancel);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
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
