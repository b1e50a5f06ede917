using System.Buffers.Binary;
using System.Security.Cryptography;
using Telemetry.Store.Sqlite.State;
using Telemetry.Wire;

namespace Telemetry.Indexer.Loops;

/// <summary>What a run of records is.</summary>
internal enum RunVerdict : byte
{
    /// <summary>Not seen before.</summary>
    New,

    /// <summary>The same run of the same batch came before.</summary>
    Resend,

    /// <summary>Other records with numbers that are taken: a cloned machine, a copied spool, a bug.</summary>
    Conflict,
}

/// <summary>
/// Decides by intervals whether a run is new. Conflicting records are counted under an epoch of their own, derived from the
/// batch, so that a resend of a conflict is recognised as well.
/// </summary>
internal static class RunJudge
{
    /// <summary>Judges and, unless it is a resend, notes the run as received.</summary>
    /// <param name="state">The lane's state.</param>
    /// <param name="lifetime">Whose run it is.</param>
    /// <param name="run">The run.</param>
    /// <param name="how">How it comes, with the <see cref="Digest"/> of its batch.</param>
    /// <param name="epoch">Epoch of the documents' identity: the run's, or that of the conflict.</param>
    public static RunVerdict Judge(
        SqliteLaneState state, LifetimeId lifetime, in Run run, in ReceivedRun how, out Epoch epoch)
    {
        epoch = run.Epoch;
        var key = new StreamEpoch(lifetime, run.Stream, run.Epoch);
        if (!state.Received(key).Intervals.Overlaps(run.FirstSeq, run.NextSeq))
        {
            state.AddRun(key, run, how);
            return RunVerdict.New;
        }

        if (IsKnown(state, key, run, how, out _))
        {
            return RunVerdict.Resend;
        }

        epoch = ConflictEpoch(run.Epoch, how.Digest);
        key = key with { Epoch = epoch };
        if (state.Received(key).Intervals.Overlaps(run.FirstSeq, run.NextSeq))
        {
            return RunVerdict.Resend;
        }

        state.AddRun(key, run, how, conflictsWith: run.Epoch);
        return RunVerdict.Conflict;
    }

    /// <summary>
    /// The verdict that an entry had when the state first saw it, for writing its documents again: the run is the one that
    /// was received if the state knows it from the same position. Changes nothing.
    /// </summary>
    /// <param name="state">The lane's state, which is past the entry.</param>
    /// <param name="lifetime">Whose run it is.</param>
    /// <param name="run">The run.</param>
    /// <param name="how">How it comes.</param>
    /// <param name="epoch">Epoch of the documents' identity.</param>
    /// <returns>New for a run that is too old to be known: better twice than never.</returns>
    public static RunVerdict Recall(
        SqliteLaneState state, LifetimeId lifetime, in Run run, in ReceivedRun how, out Epoch epoch)
    {
        epoch = run.Epoch;
        var key = new StreamEpoch(lifetime, run.Stream, run.Epoch);
        if (IsKnown(state, key, run, how, out var position))
        {
            return position == how.Position ? RunVerdict.New : RunVerdict.Resend;
        }

        var conflict = ConflictEpoch(run.Epoch, how.Digest);
        if (!IsKnown(state, key with { Epoch = conflict }, run, how, out position))
        {
            return RunVerdict.New;
        }

        epoch = conflict;
        return position == how.Position ? RunVerdict.Conflict : RunVerdict.Resend;
    }

    private static bool IsKnown(
        SqliteLaneState state, in StreamEpoch key, in Run run, in ReceivedRun how, out long position)
    {
        var found = state.TryFindRun(key, run.FirstSeq, out var known);
        position = known.Position;
        return found && known.Count == run.Count && known.Digest == how.Digest;
    }

    /// <summary>64 bits over what a batch is: content checksum, content size and runs. Compression does not matter.</summary>
    public static ulong Digest(BatchHeader header)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> bytes = stackalloc byte[40];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, header.RawCrc32C);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], header.RawSize);
        hash.AppendData(bytes[..8]);
        foreach (var run in header.Runs)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, run.Stream.Value);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], run.Epoch.Value);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], run.FirstSeq);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[24..], run.Count);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[32..], run.MintedUnixUs);
            hash.AppendData(bytes);
        }

        Span<byte> digest = stackalloc byte[32];
        hash.GetHashAndReset(digest);
        return BinaryPrimitives.ReadUInt64LittleEndian(digest);
    }

    /// <summary>Never the epoch itself.</summary>
    private static Epoch ConflictEpoch(Epoch epoch, ulong digest) => new(epoch.Value ^ (digest == 0 ? 1 : digest));
}
