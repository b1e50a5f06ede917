using Telemetry.Wire;

namespace Telemetry.Bus;

/// <summary>Place of an entry in one lane of the bus; entries have ascending positions. Zero is the beginning.</summary>
public readonly record struct BusPosition(long Value) : IComparable<BusPosition>
{
    /// <inheritdoc/>
    public int CompareTo(BusPosition other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>What the gateway writes beside a batch: who really sent it, and when it came. The batch is kept as it was sent.</summary>
/// <param name="Lifetime">Origin lifetime of the batch, authenticated.</param>
/// <param name="InstanceId">Authenticated instance.</param>
/// <param name="Tenant">Authenticated tenant; "" when there is none.</param>
/// <param name="Source">Address of the shipper as the gateway saw it.</param>
/// <param name="BusUnixUs">When the gateway took it, microseconds since the Unix epoch; ascending within a lane.</param>
public readonly record struct BusStamp(
    LifetimeId Lifetime, string InstanceId, string Tenant, string Source, long BusUnixUs);

/// <summary>One entry read from the bus. <paramref name="Body"/> is valid until the next read.</summary>
/// <param name="Position">Where it is.</param>
/// <param name="Next">Position to read from to get what follows it.</param>
/// <param name="Stamp">What the gateway said.</param>
/// <param name="Body">The batch body (<see cref="BatchBody"/>), as sent.</param>
public readonly record struct BusEntry(BusPosition Position, BusPosition Next, BusStamp Stamp, ReadOnlyMemory<byte> Body);

/// <summary>The writing side. Safe for concurrent use.</summary>
public interface IBusWriter : IAsyncDisposable
{
    /// <summary>
    /// Appends one batch body; <paramref name="body"/> is not used after this has returned. Completes when it is durable; on a
    /// bus that is away it waits, holding a copy, for as long as it takes.
    /// Faults with <see cref="IOException"/> when it could not be made durable: whether it is in the bus is then unknown.
    /// </summary>
    ValueTask<BusPosition> AppendAsync(Lane lane, BusStamp stamp, ReadOnlyMemory<byte> body, CancellationToken cancel);
}

/// <summary>Reads one lane in order. Not thread-safe.</summary>
public interface IBusReader : IAsyncDisposable
{
    /// <summary>True when an entry is at hand and was read into <paramref name="entry"/>; only durable entries are seen.</summary>
    bool TryRead(out BusEntry entry);

    /// <summary>Completes when <see cref="TryRead"/> may have something, or after <paramref name="atMost"/>.</summary>
    ValueTask WaitAsync(TimeSpan atMost, CancellationToken cancel);

    /// <summary>Durable bytes behind the reader's position that it has not read.</summary>
    long LagBytes { get; }

    /// <summary>Where it reads next; may be past the last entry given, by what is no entry.</summary>
    BusPosition Position { get; }

    /// <summary>
    /// Everything that came on the bus before this time has been given, microseconds since the Unix epoch: silence up to then is
    /// silence. 0 while that is not known.
    /// </summary>
    long ReachedUnixUs { get; }
}

/// <summary>A bus with one ordered log per lane.</summary>
public interface IBus : IAsyncDisposable
{
    /// <summary>Opens the writing side. On the segment log one process at a time may hold it.</summary>
    IBusWriter OpenWriter();

    /// <summary>Joins those who read a lane; <paramref name="owner"/> is told of the partitions that this member gets.</summary>
    IBusMembership Join(Lane lane, IPartitionOwner owner);

    /// <summary>True when the bus keeps the state of partitions, so that any process may own them.</summary>
    bool KeepsState { get; }

    /// <summary>The committed state of a partition, for those who do not own it; null when the bus keeps none.</summary>
    IStateLogReader? OpenState(BusPartition partition);
}
