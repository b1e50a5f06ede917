using Telemetry.Wire;

namespace Telemetry.Autopsy;

/// <summary>Everything that both lanes know of one lifetime, as read at one time.</summary>
public sealed record LifetimeEvidence(LifetimeId Id)
{
    /// <summary>From the critical lane; null when it knows nothing yet.</summary>
    public LifetimeFacts? Critical { get; init; }

    /// <summary>From the bulk lane; null when it knows nothing.</summary>
    public LifetimeFacts? Bulk { get; init; }

    /// <summary>What was said about streams, of both lanes; a key may come twice.</summary>
    public IReadOnlyList<KeyValuePair<StreamEpoch, StreamFacts>> Streams { get; init; } = [];

    /// <summary>What was received, of both lanes, with the lane.</summary>
    public IReadOnlyList<(StreamEpoch Key, Lane Lane, ReceivedStream Received)> Received { get; init; } = [];

    /// <summary>Crashes.</summary>
    public IReadOnlyList<LifetimeCrash> Crashes { get; init; } = [];

    /// <summary>Losses of both lanes.</summary>
    public IReadOnlyList<LifetimeLoss> Losses { get; init; } = [];

    /// <summary>Lifetime of the same instance before this one.</summary>
    public LifetimeId? Predecessor { get; init; }

    /// <summary>Lifetime of the same instance after this one.</summary>
    public LifetimeId? Successor { get; init; }
}
