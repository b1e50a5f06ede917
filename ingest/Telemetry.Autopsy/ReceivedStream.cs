using Telemetry.Wire;

namespace Telemetry.Autopsy;

/// <summary>What one lane has received of one epoch of one stream. Not thread-safe.</summary>
public sealed class ReceivedStream
{
    /// <summary>Sequence numbers received.</summary>
    public IntervalSet Intervals { get; init; } = new();

    /// <summary>First minted time, microseconds since the Unix epoch; 0 is none.</summary>
    public long FirstMintedUnixUs { get; set; }

    /// <summary>Last minted time.</summary>
    public long LastMintedUnixUs { get; set; }

    /// <summary>Latest bus time.</summary>
    public long LastBusUnixUs { get; set; }

    /// <summary>
    /// When these records contradict others of the same numbers: the epoch that they claim. <see cref="Epoch.None"/> usually.
    /// </summary>
    public Epoch ConflictsWith { get; set; }

    /// <summary>Adds a run.</summary>
    public void Add(in Run run, long busUnixUs)
    {
        Intervals.Add(run.FirstSeq, run.NextSeq);
        FirstMintedUnixUs = FirstMintedUnixUs == 0 ? run.MintedUnixUs : Math.Min(FirstMintedUnixUs, run.MintedUnixUs);
        LastMintedUnixUs = Math.Max(LastMintedUnixUs, run.MintedUnixUs);
        LastBusUnixUs = Math.Max(LastBusUnixUs, busUnixUs);
    }
}
