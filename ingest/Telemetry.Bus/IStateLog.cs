namespace Telemetry.Bus;

/// <summary>A row of a partition's state: the newest value of a key counts. A null <paramref name="Value"/> deletes it.</summary>
public readonly record struct StateRow(byte[] Key, byte[]? Value);

/// <summary>What could not be stored, kept for people.</summary>
/// <param name="Partition">Partition of the entry that it came in.</param>
/// <param name="Position">Position of that entry.</param>
/// <param name="Record">Index of the record in the entry; null for all of it.</param>
/// <param name="Stamp">What the gateway said of the entry.</param>
/// <param name="DocumentId"><c>_id</c> of the document that the store refused; "" when there is none.</param>
/// <param name="Reason">One sentence; holds no value of a record.</param>
/// <param name="Bytes">The entry, the record or the document, as it was.</param>
public sealed record DeadLetter(
    BusPartition Partition, BusPosition Position, int? Record, BusStamp Stamp, string DocumentId, string Reason, ReadOnlyMemory<byte> Bytes);

/// <summary>Everything that a commit makes true at once.</summary>
/// <param name="Rows">Changed rows of the state, the last of a key counts.</param>
/// <param name="DeadLetters">What is kept aside.</param>
/// <param name="Next">Everything before it is stored, kept aside or known already.</param>
public sealed record StateCommit(IReadOnlyList<StateRow> Rows, IReadOnlyList<DeadLetter> DeadLetters, BusPosition Next);

/// <summary>Reads the rows of a partition's state as they were committed. Not thread-safe.</summary>
public interface IStateLogReader : IAsyncDisposable
{
    /// <summary>
    /// Gives every committed row from a position of this log on, oldest first, up to what was committed when the call began;
    /// returns the position to go on from. Rows may come more than once. When the log no longer has all from
    /// <paramref name="after"/> on, throws <see cref="StateLogGapException"/>: begin again at 0 with no rows.
    /// </summary>
    /// <exception cref="IOException">The bus cannot be read.</exception>
    ValueTask<long> ReadAsync(long after, Action<StateRow> apply, CancellationToken cancel);
}

/// <summary>The state of one partition as its owner keeps it on the bus.</summary>
public interface IStateLog
{
    /// <summary>Position to read from that the former owner committed; null when none did.</summary>
    ValueTask<BusPosition?> CommittedAsync(CancellationToken cancel);

    /// <summary>Opens what was committed.</summary>
    IStateLogReader OpenReader();

    /// <summary>
    /// Commits rows, dead letters and the next position in one transaction. Commits of several partitions may share one.
    /// </summary>
    /// <exception cref="FencedException">Another member has the partition; nothing was committed.</exception>
    /// <exception cref="IOException">It is not known whether it was committed: begin again at <see cref="CommittedAsync"/>.</exception>
    ValueTask CommitAsync(StateCommit commit, CancellationToken cancel);
}

/// <summary>Another member has the partition.</summary>
public sealed class FencedException(string message, Exception? inner = null) : IOException(message, inner);

/// <summary>Compaction or retention has removed rows after the position.</summary>
public sealed class StateLogGapException(string message) : IOException(message);
