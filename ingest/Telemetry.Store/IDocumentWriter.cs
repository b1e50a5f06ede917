using Telemetry.Wire;

namespace Telemetry.Store;

/// <summary>What a writer is told at its opening.</summary>
/// <param name="Oldest">First position that the bus still has.</param>
/// <param name="Mark"><see cref="IDocumentWriter.Mark"/> as it was committed with the state; "" when there is none.</param>
/// <param name="InDoubtUntil">
/// Entries before this position may have been written by the owner before, whatever the state says; those after it by nobody.
/// </param>
public readonly record struct WriterOpening(long Oldest, string Mark, long InDoubtUntil);

/// <summary>A document that the store refuses for good.</summary>
/// <param name="Id"><c>_id</c>.</param>
/// <param name="Record">Identity of the record that it comes from.</param>
/// <param name="MintedUnixUs">When that was minted.</param>
/// <param name="Position">Bus position of its entry.</param>
/// <param name="Reason">One sentence; holds no value of a field.</param>
/// <param name="Source">The document as it was sent, one JSON object.</param>
public sealed record RefusedDocument(
    DocumentId Id, RecordId Record, long MintedUnixUs, long Position, string Reason, ReadOnlyMemory<byte> Source);

/// <summary>
/// The writing side of one partition's documents; one owner at a time. Documents of one bus entry are written between
/// <see cref="Begin"/> and the next; <see cref="CommitAsync"/> makes them durable, so that a replay from an earlier position stores
/// nothing twice. Not thread-safe.
/// </summary>
public interface IDocumentWriter : IAsyncDisposable
{
    /// <summary>
    /// All entries before this bus position are stored: 0 on a new store. <see cref="long.MaxValue"/> when the store does not know, and
    /// the state alone does.
    /// </summary>
    long AppliedPosition { get; }

    /// <summary>What the writer wants to be told at its next opening; kept with the state at each commit. "" is nothing.</summary>
    string Mark { get; }

    /// <summary>
    /// Starts the documents of the entry at <paramref name="position"/>; ascending. False when they are stored already: the
    /// caller skips writing them. <paramref name="busUnixUs"/> chooses the time partition; when a new one begins, what was written
    /// before is committed first. Does not throw for the store's sake.
    /// </summary>
    bool Begin(long position, long busUnixUs);

    /// <summary>Adds a copy of the document.</summary>
    void Write(Document document);

    /// <summary>Bytes held that are not stored yet; callers commit when it or the time is enough.</summary>
    long PendingBytes { get; }

    /// <summary>Completes when there is memory for another entry's documents.</summary>
    /// <exception cref="IOException">The store cannot be written, and waiting does not help.</exception>
    ValueTask WaitForRoomAsync(CancellationToken cancel);

    /// <summary>
    /// Makes durable what was written before the call; every entry before <paramref name="next"/> is then stored, except for what is
    /// returned, which the store refuses. The caller may write on before it completes; one commit at a time.
    /// </summary>
    /// <exception cref="IOException">
    /// The store could not be written (a full disk, no right to). All since the last commit is forgotten; read the bus again from
    /// <see cref="AppliedPosition"/>.
    /// </exception>
    ValueTask<IReadOnlyList<RefusedDocument>> CommitAsync(long next, CancellationToken cancel);

    /// <summary>
    /// Told the bus time while nothing arrives and all is committed: ends a time partition that is past its width, so that it can
    /// grow too old.
    /// </summary>
    /// <exception cref="IOException">The store could not be written.</exception>
    void Rest(long busUnixUs);
}
