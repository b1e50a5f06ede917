using System.Buffers.Binary;
using System.Buffers.Text;
using Telemetry.Wire;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>The last document of a page as text: base64url of its <see cref="StoredOrder"/>, big-endian.</summary>
internal static class SearchCursor
{
    private const int Size = 8 + LifetimeId.Size + 6 * 8;

    public static string Format(in StoredOrder order)
    {
        Span<byte> bytes = stackalloc byte[Size];
        order.Lifetime.Write(bytes);
        Span<ulong> numbers =
        [
            (ulong)order.TimestampUnixUs, order.Stream.Value, order.Epoch.Value, order.Seq, (ulong)order.MintedUnixUs,
            (ulong)order.Partition, (ulong)order.Number,
        ];
        for (var i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes[(LifetimeId.Size + i * 8)..], numbers[i]);
        }

        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Does not throw; false for what <see cref="Format"/> did not write.</summary>
    public static bool TryParse(string text, out StoredOrder order)
    {
        Span<byte> bytes = stackalloc byte[Size + 2];
        order = default;
        if (text.Length > 2 * Size || !Base64Url.IsValid(text) || !Base64Url.TryDecodeFromChars(text, bytes, out var written)
            || written != Size)
        {
            return false;
        }

        Span<ulong> numbers = stackalloc ulong[7];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = BinaryPrimitives.ReadUInt64BigEndian(bytes[(LifetimeId.Size + i * 8)..]);
        }

        order = new StoredOrder(
            (long)numbers[0], LifetimeId.Read(bytes), new StreamId(numbers[1]), new Epoch(numbers[2]), numbers[3],
            (long)numbers[4], (long)numbers[5], (long)numbers[6]);
        return true;
    }
}
