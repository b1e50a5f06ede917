namespace Telemetry.Store;

/// <summary>
/// The writing side of one lane's documents; one owner at a time. Documents of one bus entry are written between
/// <see cref="Begin"/> and the next; <see cref="CommitAsync"/> makes them durable and visible together with the bus position
/// that they came from, so that a replay from an earlier position stores nothing twice.
/// </summary>
public interface IDocumentWriter : IAsyncDisposable
{
    /// <summary>All entries before this bus position are stored. 0 on a new store.</summary>
    long AppliedPosition { get; }

    /// <summary>
    /// Starts the documents of the entry at <paramref name="position"/>; ascending. False when they are stored already: the
    /// caller skips writing them. <paramref name="busUnixUs"/> chooses the time partition; when a new one begins, what was written
    /// before is committed first. Does not throw for the store's sake.
    /// </summary>
    bool Begin(long position, long busUnixUs);

    /// <summary>Adds a copy of the document.</summary>
    void Write(Document document);

    /// <summary>Bytes held since the last commit; callers commit when it or the time is enough.</summary>
    long PendingBytes { get; }

    /// <summary>Commits everything written; every entry before <paramref name="next"/> is then stored.</summary>
    /// <exception cref="IOException">
    /// The store could not be written (a full disk). All since the last commit is forgotten; read the bus again from
    /// <see cref="AppliedPosition"/>. The writer can be used on.
    /// </exception>
    ValueTask CommitAsync(long next, CancellationToken cancel);

    /// <summary>
    /// Told the bus time while nothing arrives and all is committed: ends a time partition that is past its width, so that it can
    /// grow too old.
    /// </summary>
    /// <exception cref="IOException">The store could not be written.</exception>
    void Rest(long busUnixUs);
}
