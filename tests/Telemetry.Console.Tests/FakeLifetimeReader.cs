using Telemetry.Autopsy;
using Telemetry.Store;
using Telemetry.Wire;

namespace Telemetry.Console.Tests;

internal sealed class FakeLifetimeReader : ILifetimeReader
{
    public List<Lifetime> Lifetimes { get; } = [];

    public ValueTask<IReadOnlyList<Lifetime>> ListAsync(long? sinceUnixUs, long? untilUnixUs, int limit, CancellationToken cancel) =>
        ValueTask.FromResult<IReadOnlyList<Lifetime>>([.. Lifetimes
            .Where(lifetime => (lifetime.EndUnixUs ?? long.MaxValue) >= (sinceUnixUs ?? long.MinValue) && lifetime.StartUnixUs < (untilUnixUs ?? long.MaxValue))
            .OrderByDescending(lifetime => lifetime.StartUnixUs).Take(limit)]);

    public ValueTask<Lifetime?> GetAsync(LifetimeId id, CancellationToken cancel) =>
        ValueTask.FromResult(Lifetimes.Find(lifetime => lifetime.Id == id));

    public ValueTask<IReadOnlyList<LifetimeCrash>> CrashesAsync(long? sinceUnixUs, long? untilUnixUs, int limit, CancellationToken cancel) =>
        ValueTask.FromResult<IReadOnlyList<LifetimeCrash>>([.. Lifetimes.SelectMany(lifetime => lifetime.Crashes)
            .Where(crash => crash.AtUnixUs >= (sinceUnixUs ?? long.MinValue) && crash.AtUnixUs < (untilUnixUs ?? long.MaxValue))
            .OrderByDescending(crash => crash.AtUnixUs).Take(limit)]);
}
