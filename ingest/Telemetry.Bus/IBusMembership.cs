using Telemetry.Wire;

namespace Telemetry.Bus;

/// <summary>
/// One ordered log of a lane. The embedded bus has one partition a lane, number 0 of generation 1; on Kafka all records of a
/// lifetime are in one partition, and more partitions come as a new generation of topics for new lifetimes.
/// </summary>
/// <param name="Lane">The lane.</param>
/// <param name="Generation">Generation of topics, from 1.</param>
/// <param name="Number">Number within the generation, from 0.</param>
public readonly record struct BusPartition(Lane Lane, int Generation, int Number)
{
    /// <summary>"bulk-g1-0".</summary>
    public override string ToString() => string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"{(Lane == Lane.Critical ? "critical" : "bulk")}-g{Generation}-{Number}");
}

/// <summary>One of those who read a lane together. Disposing it gives its partitions back and leaves.</summary>
public interface IBusMembership : IAsyncDisposable
{
    /// <summary>One sentence while the lane cannot be read; "" while all is well. Any thread.</summary>
    string Problem { get; }
}

/// <summary>
/// Works on the partitions that a member is given. Called by one thread at a time; while a call runs, or a task of a revocation,
/// the member reads nothing and hears of no new partition.
/// </summary>
public interface IPartitionOwner
{
    /// <summary>The partition is this member's: starts the work and returns at once. Does not throw.</summary>
    void Assigned(IBusLease lease);

    /// <summary>
    /// The partition goes to another member when the task is complete: commits what is done, ends the work. When it is
    /// <paramref name="lost"/> another may have it already, and nothing can be committed. Does not throw. The tasks of several
    /// partitions may run at once; they have a common time, after which the partitions go without waiting for them.
    /// </summary>
    Task RevokedAsync(BusPartition partition, bool lost);
}

/// <summary>The right to work on one partition, until it is revoked. Members are safe for concurrent use.</summary>
public interface IBusLease
{
    /// <summary>The partition.</summary>
    BusPartition Partition { get; }

    /// <summary>
    /// Where state, offset and dead letters are committed together; null when the bus keeps none, so that the state's own
    /// file says from where to read.
    /// </summary>
    IStateLog? StateLog { get; }

    /// <summary>Position of the oldest entry that is still there, and the one after the newest, as of now.</summary>
    /// <exception cref="IOException">The bus cannot be read.</exception>
    (BusPosition Oldest, BusPosition End) Extent();

    /// <summary>
    /// Opens the partition at a position; one reader at a time. When retention has overtaken the position the reader begins at the
    /// oldest entry and <paramref name="skipped"/> is what is lost between, in units of positions. A position after the end is from
    /// another bus: <paramref name="skipped"/> is then negative, by how much the bus ends before it.
    /// </summary>
    IBusReader OpenReader(BusPosition from, out long skipped);

    /// <summary>
    /// False only when it is certain that no entry was ever appended to the partition, so that what retention deleted was nothing.
    /// </summary>
    /// <exception cref="IOException">The bus cannot be read.</exception>
    ValueTask<bool> MayHaveHeldEntriesAsync(CancellationToken cancel) => new(true);

    /// <summary>Nothing before <paramref name="indexed"/> is needed any more; retention may delete it.</summary>
    void AllowTrim(BusPosition indexed);
}
