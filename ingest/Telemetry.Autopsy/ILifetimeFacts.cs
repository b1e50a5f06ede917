using Telemetry.Wire;

namespace Telemetry.Autopsy;

/// <summary>What the reducer writes to: the state of one lane. Objects returned are changed in place. Not thread-safe.</summary>
public interface ILifetimeFacts
{
    /// <summary>The lifetime's facts; empty ones when it was not known.</summary>
    LifetimeFacts Lifetime(LifetimeId id);

    /// <summary>What is said about one epoch of one stream; empty when it was not known.</summary>
    StreamFacts Stream(in StreamEpoch key);

    /// <summary>Keeps a crash; the same crash of the same document once.</summary>
    void AddCrash(LifetimeCrash crash);

    /// <summary>Keeps a loss; the newest 1,000 of a lifetime.</summary>
    void AddLoss(LifetimeId lifetime, LifetimeLoss loss);
}
