using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Telemetry.Autopsy;
using Telemetry.Bus;
using Telemetry.Store.Serialization;
using Telemetry.Wire;

namespace Telemetry.Store.Sqlite.State;

/// <summary>
/// Rows of a lane's state as they lie on the bus, version 1. The first byte of a key is its table; what follows is big-endian, so
/// that rows of one lifetime sort together. Values: JSON as in <see cref="StateJson"/>, or fixed fields in little-endian.
/// <code>
/// key                                                  value
/// 'm' name                                             text
/// 'r' lifetime 16, stream 8, epoch 8                   first minted 8, last minted 8, bus time 8, conflicts with 8, intervals
/// 'u' lifetime 16, stream 8, epoch 8, first seq 8      count 4, digest 8, bus time 8, position 8
/// 'l' lifetime 16                                      JSON of LifetimeFacts
/// 's' lifetime 16, stream 8, epoch 8                   JSON of StreamFacts
/// 'c' lifetime 16, n 2, crash id n, document id        JSON of LifetimeCrash
/// 'x' lifetime 16, first 16 bytes of the value's SHA-256     JSON of LifetimeLoss
/// </code>
/// An unknown table is skipped: a newer version wrote it. Example, the run of lifetime 000102…0f, stream 1, epoch 2, seq 3:
/// <code>
/// 75 000102030405060708090a0b0c0d0e0f 0000000000000001 0000000000000002 0000000000000003
/// </code>
/// </summary>
internal static class StateRowFormat
{
    public const byte Meta = (byte)'m', Received = (byte)'r', Run = (byte)'u', Lifetime = (byte)'l', Stream = (byte)'s',
        Crash = (byte)'c', Loss = (byte)'x';

    private const int StreamKeyBytes = 1 + LifetimeId.Size + 8 + 8;

    public static StateRow Of(string name, string value) => new(Prefixed(Meta, Encoding.UTF8.GetBytes(name)), Encoding.UTF8.GetBytes(value));

    public static StateRow Of(in StreamEpoch key, ReceivedStream received)
    {
        var intervals = IntervalCodec.Encode(received.Intervals);
        var value = new byte[32 + intervals.Length];
        BinaryPrimitives.WriteInt64LittleEndian(value, received.FirstMintedUnixUs);
        BinaryPrimitives.WriteInt64LittleEndian(value.AsSpan(8), received.LastMintedUnixUs);
        BinaryPrimitives.WriteInt64LittleEndian(value.AsSpan(16), received.LastBusUnixUs);
        BinaryPrimitives.WriteUInt64LittleEndian(value.AsSpan(24), received.ConflictsWith.Value);
        intervals.CopyTo(value, 32);
        return new StateRow(KeyOf(Received, key), value);
    }

    public static StateRow Of(in StreamEpoch key, ulong firstSeq, in ReceivedRun run)
    {
        var value = new byte[28];
        BinaryPrimitives.WriteUInt32LittleEndian(value, run.Count);
        BinaryPrimitives.WriteUInt64LittleEndian(value.AsSpan(4), run.Digest);
        BinaryPrimitives.WriteInt64LittleEndian(value.AsSpan(12), run.BusUnixUs);
        BinaryPrimitives.WriteInt64LittleEndian(value.AsSpan(20), run.Position);
        return new StateRow(RunKey(key, firstSeq), value);
    }

    public static StateRow Of(LifetimeId id, LifetimeFacts facts) => new(
        Prefixed(Lifetime, id.ToByteArray()), JsonSerializer.SerializeToUtf8Bytes(facts, StateJson.Default.LifetimeFacts));

    public static StateRow Of(in StreamEpoch key, StreamFacts facts) => new(
        KeyOf(Stream, key), JsonSerializer.SerializeToUtf8Bytes(facts, StateJson.Default.StreamFacts));

    public static StateRow Of(LifetimeCrash crash)
    {
        var id = Encoding.UTF8.GetBytes(crash.Id);
        var key = new byte[1 + LifetimeId.Size + 2 + id.Length + Encoding.UTF8.GetByteCount(crash.DocumentId)];
        key[0] = Crash;
        crash.Lifetime.Write(key.AsSpan(1));
        BinaryPrimitives.WriteUInt16BigEndian(key.AsSpan(1 + LifetimeId.Size), (ushort)id.Length);
        id.CopyTo(key, 3 + LifetimeId.Size);
        Encoding.UTF8.GetBytes(crash.DocumentId, key.AsSpan(3 + LifetimeId.Size + id.Length));
        return new StateRow(key, JsonSerializer.SerializeToUtf8Bytes(crash, StateJson.Default.LifetimeCrash));
    }

    public static StateRow Of(LifetimeId lifetime, LifetimeLoss loss)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(loss, StateJson.Default.LifetimeLoss);
        return new StateRow(LossKey(lifetime, json), json);
    }

    public static byte[] LossKey(LifetimeId lifetime, ReadOnlySpan<byte> json)
    {
        var key = new byte[1 + LifetimeId.Size + 16];
        key[0] = Loss;
        lifetime.Write(key.AsSpan(1));
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(json, hash);
        hash[..16].CopyTo(key.AsSpan(1 + LifetimeId.Size));
        return key;
    }

    public static byte[] RunKey(in StreamEpoch key, ulong firstSeq)
    {
        var bytes = new byte[StreamKeyBytes + 8];
        WriteKey(bytes, Run, key);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(StreamKeyBytes), firstSeq);
        return bytes;
    }

    public static byte[] KeyOf(byte table, in StreamEpoch key)
    {
        var bytes = new byte[StreamKeyBytes];
        WriteKey(bytes, table, key);
        return bytes;
    }

    public static byte[] LifetimeKey(LifetimeId id) => Prefixed(Lifetime, id.ToByteArray());

    /// <summary>Name of a meta row.</summary>
    public static string NameOf(ReadOnlySpan<byte> key) => Encoding.UTF8.GetString(key[1..]);

    /// <summary>Lifetime in any key but a meta row's. Throws <see cref="InvalidDataException"/> on a short key, as all below do.</summary>
    public static LifetimeId LifetimeOf(ReadOnlySpan<byte> key) => LifetimeId.Read(Checked(key, 1 + LifetimeId.Size)[1..]);

    public static StreamEpoch StreamOf(ReadOnlySpan<byte> key)
    {
        Checked(key, StreamKeyBytes);
        return new StreamEpoch(
            LifetimeOf(key), new StreamId(BinaryPrimitives.ReadUInt64BigEndian(key[(1 + LifetimeId.Size)..])),
            new Epoch(BinaryPrimitives.ReadUInt64BigEndian(key[(9 + LifetimeId.Size)..])));
    }

    public static ulong FirstSeqOf(ReadOnlySpan<byte> key) =>
        BinaryPrimitives.ReadUInt64BigEndian(Checked(key, StreamKeyBytes + 8)[StreamKeyBytes..]);

    /// <summary>Crash and document id in a key.</summary>
    public static (string Crash, string Document) CrashOf(ReadOnlySpan<byte> key)
    {
        var rest = Checked(key, 3 + LifetimeId.Size)[(1 + LifetimeId.Size)..];
        int length = BinaryPrimitives.ReadUInt16BigEndian(rest);
        rest = Checked(rest[2..], length);
        return (Encoding.UTF8.GetString(rest[..length]), Encoding.UTF8.GetString(rest[length..]));
    }

    public static ReceivedStream ReceivedOf(ReadOnlySpan<byte> value)
    {
        Checked(value, 32);
        return new ReceivedStream
        {
            FirstMintedUnixUs = BinaryPrimitives.ReadInt64LittleEndian(value),
            LastMintedUnixUs = BinaryPrimitives.ReadInt64LittleEndian(value[8..]),
            LastBusUnixUs = BinaryPrimitives.ReadInt64LittleEndian(value[16..]),
            ConflictsWith = new Epoch(BinaryPrimitives.ReadUInt64LittleEndian(value[24..])),
            Intervals = IntervalCodec.Decode(value[32..]),
        };
    }

    public static ReceivedRun RunOf(ReadOnlySpan<byte> value)
    {
        Checked(value, 28);
        return new ReceivedRun(
            BinaryPrimitives.ReadUInt32LittleEndian(value), BinaryPrimitives.ReadUInt64LittleEndian(value[4..]),
            BinaryPrimitives.ReadInt64LittleEndian(value[12..]), BinaryPrimitives.ReadInt64LittleEndian(value[20..]));
    }

    public static StreamFacts StreamFactsOf(ReadOnlySpan<byte> value) =>
        JsonSerializer.Deserialize(value, StateJson.Default.StreamFacts) ?? throw new InvalidDataException("A stream is empty.");

    private static void WriteKey(Span<byte> bytes, byte table, in StreamEpoch key)
    {
        bytes[0] = table;
        key.Lifetime.Write(bytes[1..]);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[(1 + LifetimeId.Size)..], key.Stream.Value);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[(9 + LifetimeId.Size)..], key.Epoch.Value);
    }

    private static byte[] Prefixed(byte table, ReadOnlySpan<byte> rest)
    {
        var key = new byte[1 + rest.Length];
        key[0] = table;
        rest.CopyTo(key.AsSpan(1));
        return key;
    }

    private static ReadOnlySpan<byte> Checked(ReadOnlySpan<byte> bytes, int atLeast) => bytes.Length >= atLeast
        ? bytes
        : throw new InvalidDataException($"A row of the state has {bytes.Length} bytes where {atLeast} are needed.");
}
