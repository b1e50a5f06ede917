using Telemetry.Autopsy;
using Telemetry.Store;
using Telemetry.Wire;

namespace Telemetry.Console;

/// <summary>
/// Lifetimes whose missing tail ends where the next boot of the instance began: a server that has booted again writes nothing
/// more in the boot before. Safe for concurrent use.
/// </summary>
internal sealed class BoundedLifetimes(ILifetimeReader lifetimes) : ILifetimeReader
{
    public async ValueTask<IReadOnlyList<Lifetime>> ListAsync(
        long? sinceUnixUs, long? untilUnixUs, int limit, CancellationToken cancel)
    {
        var listed = await lifetimes.ListAsync(sinceUnixUs, untilUnixUs, limit, cancel);
        var starts = listed.ToDictionary(lifetime => lifetime.Id, lifetime => lifetime.StartUnixUs);
        var bounded = new List<Lifetime>(listed.Count);
        foreach (var lifetime in listed)
        {
            bounded.Add(lifetime.Successor is { } after && starts.TryGetValue(after, out var start)
                ? Bound(lifetime, start)
                : await BoundAsync(lifetime, cancel));
        }

        return bounded;
    }

    public async ValueTask<Lifetime?> GetAsync(LifetimeId id, CancellationToken cancel) =>
        await lifetimes.GetAsync(id, cancel) is { } lifetime ? await BoundAsync(lifetime, cancel) : null;

    public ValueTask<IReadOnlyList<LifetimeCrash>> CrashesAsync(
        long? sinceUnixUs, long? untilUnixUs, int limit, CancellationToken cancel) =>
        lifetimes.CrashesAsync(sinceUnixUs, untilUnixUs, limit, cancel);

    private async ValueTask<Lifetime> BoundAsync(Lifetime lifetime, CancellationToken cancel) =>
        lifetime is { MissingTail: not null, Successor: { } after } && await lifetimes.GetAsync(after, cancel) is { } successor
            ? Bound(lifetime, successor.StartUnixUs)
            : lifetime;

    // A clock that was set back between the boots gives no bound.
    private static Lifetime Bound(Lifetime lifetime, long startOfNext) =>
        lifetime.MissingTail is { } tail && startOfNext >= tail.AfterUnixUs
            ? lifetime with { MissingTail = tail with { UntilUnixUs = startOfNext } }
            : lifetime;
}
