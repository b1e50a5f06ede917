using System.Text.Json;
using Microsoft.Data.Sqlite;
using Telemetry.Autopsy;
using Telemetry.Store.Serialization;
using Telemetry.Wire;

namespace Telemetry.Store.Sqlite.State;

/// <summary>Rows of the state as objects; used by the owner and by readers alike.</summary>
internal static class StateRows
{
    public const string ReceivedColumns =
        "epoch, stream, intervals, first_minted_us, last_minted_us, last_bus_us, conflicts_with";

    public const string RefusedColumn = "refused";

    public const string StreamColumns =
        "epoch, stream, name, kind, workload, lane, closed, next_seq, progress_us, read_offset, source_size, lost, " + RefusedColumn;

    public static StreamEpoch Key(SqliteDataReader row, LifetimeId lifetime) =>
        new(lifetime, new StreamId((ulong)row.GetInt64(1)), new Epoch((ulong)row.GetInt64(0)));

    public static ReceivedStream Received(SqliteDataReader row) => new()
    {
        Intervals = IntervalCodec.Decode(row.Blob(2)),
        FirstMintedUnixUs = row.GetInt64(3),
        LastMintedUnixUs = row.GetInt64(4),
        LastBusUnixUs = row.GetInt64(5),
        ConflictsWith = new Epoch((ulong)row.GetInt64(6)),
    };

    public static StreamFacts Stream(SqliteDataReader row) => new()
    {
        Name = row.GetString(2),
        Kind = row.GetString(3),
        WorkloadId = row.GetString(4),
        Lane = (Lane)row.GetInt64(5),
        Closed = row.GetInt64(6) != 0,
        NextSeq = (ulong)row.GetInt64(7),
        ProgressUnixUs = row.GetInt64(8),
        ReadOffset = (ulong)row.GetInt64(9),
        SourceSize = (ulong)row.GetInt64(10),
        Lost = IntervalCodec.Decode(row.Blob(11)),
        Refused = IntervalCodec.Decode(row.Blob(12)),
    };

    public static LifetimeFacts Facts(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, StateJson.Default.LifetimeFacts)
        ?? throw new InvalidDataException("The facts of a lifetime are empty.");

    public static LifetimeCrash Crash(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, StateJson.Default.LifetimeCrash)
        ?? throw new InvalidDataException("A crash is empty.");

    public static LifetimeLoss Loss(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, StateJson.Default.LifetimeLoss)
        ?? throw new InvalidDataException("A loss is empty.");
}
