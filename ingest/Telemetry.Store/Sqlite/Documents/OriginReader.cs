using System.Buffers.Binary;
using Telemetry.Wire;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>The identities of a block's documents.</summary>
internal static class OriginReader
{
    /// <summary>Numbers of <see cref="SystemFields.All"/> and of <c>@timestamp</c> in every partition of format 1.</summary>
    public const int Origin = 0;

    /// <inheritdoc cref="Origin"/>
    public const int Seq = 1;

    /// <inheritdoc cref="Origin"/>
    public const int Minted = 2;

    /// <inheritdoc cref="Origin"/>
    public const int Timestamp = 3;

    public static StreamEpoch Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != SystemFields.OriginBytes)
        {
            ChunkSpan.Fail();
        }

        return new StreamEpoch(
            LifetimeId.Read(bytes),
            new StreamId(BinaryPrimitives.ReadUInt64BigEndian(bytes[LifetimeId.Size..])),
            new Epoch(BinaryPrimitives.ReadUInt64BigEndian(bytes[(LifetimeId.Size + 8)..])));
    }

    public static StreamEpoch Of(BlockContext block, int document) => Parse(block.Required(Origin).Text(document));

    public static StoredOrder Order(BlockContext block, int document)
    {
        var origin = Of(block, document);
        return new StoredOrder(
            block.Required(Timestamp).Numbers()[document], origin.Lifetime, origin.Stream, origin.Epoch,
            (ulong)block.Required(Seq).Numbers()[document], block.Required(Minted).Numbers()[document],
            block.Partition.Name.Key, block.Block.Id + document);
    }
}
