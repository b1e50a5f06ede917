using Telemetry.Wire;

namespace Telemetry.Autopsy.Tests;

internal sealed class MemoryFacts : ILifetimeFacts
{
    public Dictionary<LifetimeId, LifetimeFacts> Lifetimes { get; } = [];

    public Dictionary<StreamEpoch, StreamFacts> Streams { get; } = [];

    public List<LifetimeCrash> Crashes { get; } = [];

    public List<LifetimeLoss> Losses { get; } = [];

    public LifetimeFacts Lifetime(LifetimeId id) =>
        Lifetimes.TryGetValue(id, out var facts) ? facts : Lifetimes[id] = new LifetimeFacts();

    public StreamFacts Stream(in StreamEpoch key) =>
        Streams.TryGetValue(key, out var facts) ? facts : Streams[key] = new StreamFacts();

    public void AddCrash(LifetimeCrash crash)
    {
        if (!Crashes.Any(c => c.Id == crash.Id))
        {
            Crashes.Add(crash);
        }
    }

    public void AddLoss(LifetimeId lifetime, LifetimeLoss loss) => Losses.Add(loss);

    public LifetimeEvidence Evidence(LifetimeId id) => new(id)
    {
        Critical = Lifetime(id),
        Streams = [.. Streams.Where(s => s.Key.Lifetime == id)],
        Crashes = Crashes,
        Losses = Losses,
    };
}
