namespace Telemetry.Store.Elasticsearch;

/// <summary>
/// Gives the hosts in turn. One that failed is left out for a while that doubles with each failure, from 1 to 60 s, less a random
/// part so that many clients do not come back at once; when all are left out, the one whose time comes first is tried. Thread-safe.
/// </summary>
internal sealed class HostPool(IReadOnlyList<Uri> hosts, TimeProvider time, Random random)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly int[] _failures = new int[hosts.Count];
    private readonly DateTimeOffset[] _deadUntil = new DateTimeOffset[hosts.Count];
    private int _turn = random.Next(hosts.Count);

    /// <summary>A host that is not among those already tried; -1 when all were.</summary>
    public int Next(ReadOnlySpan<bool> tried)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            var best = -1;
            for (var i = 0; i < hosts.Count; i++)
            {
                var host = (_turn + i) % hosts.Count;
                if (tried[host])
                {
                    continue;
                }

                if (_deadUntil[host] <= now)
                {
                    best = host;
                    break;
                }

                best = best < 0 || _deadUntil[host] < _deadUntil[best] ? host : best;
            }

            _turn = best < 0 ? _turn : (best + 1) % hosts.Count;
            return best;
        }
    }

    public Uri this[int host] => hosts[host];

    public void Succeeded(int host)
    {
        lock (_gate)
        {
            (_failures[host], _deadUntil[host]) = (0, default);
        }
    }

    public void Failed(int host)
    {
        lock (_gate)
        {
            var pause = FirstPause * Math.Pow(2, Math.Min(_failures[host]++, 10));
            pause = pause < LongestPause ? pause : LongestPause;
            _deadUntil[host] = time.GetUtcNow() + pause * (0.5 + random.NextDouble() / 2);
        }
    }
}
