using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace Telemetry.Wire;

/// <summary>
/// <c>_id</c> of a document: 48 bits of the record's minted time in milliseconds, 80 bits of SHA-256 over its stream's identity
/// and the low 48 bits of its number, all big-endian; printed as 30 characters of base64url. Ids of a time, and in it those of a
/// stream, are neighbours that differ in their last bytes: a store's index of ids takes a fraction of what random ones take.
/// </summary>
/// <param name="MintedUnixMs">Milliseconds since the Unix epoch, 48 bits.</param>
/// <param name="Record">Which record of that time.</param>
public readonly record struct DocumentId(ulong MintedUnixMs, UInt128 Record)
{
    /// <summary>Characters when printed.</summary>
    public const int TextLength = 30;

    private const int Size = 22;
    private const int NumberBits = 48;

    /// <summary>Derives the id of a record. The minted time is the run's, microseconds since the Unix epoch.</summary>
    public static DocumentId From(in RecordId record, long mintedUnixUs) => From(record, mintedUnixUs, HashOf(record));

    /// <summary>The same with the hash, from <see cref="HashOf"/>, of a record for which <see cref="SharesHash"/> holds.</summary>
    internal static DocumentId From(in RecordId record, long mintedUnixUs, UInt128 hash) =>
        new((ulong)Math.Max(0, mintedUnixUs / 1000) & 0xFFFF_FFFF_FFFF, hash | (record.Seq & ((1UL << NumberBits) - 1)));

    /// <summary>The 80 bits of hash of an id, above the bits of the number.</summary>
    internal static UInt128 HashOf(in RecordId record)
    {
        Span<byte> identity = stackalloc byte[LifetimeId.Size + 24];
        record.Lifetime.Write(identity);
        BinaryPrimitives.WriteUInt64BigEndian(identity[16..], record.Stream.Value);
        BinaryPrimitives.WriteUInt64BigEndian(identity[24..], record.Epoch.Value);
        BinaryPrimitives.WriteUInt64BigEndian(identity[32..], record.Seq >> NumberBits);
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(identity, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash) >> NumberBits << NumberBits;
    }

    /// <summary>True when both ids have the same hash.</summary>
    internal static bool SharesHash(in RecordId one, in RecordId other) =>
        one.Epoch == other.Epoch && one.Stream == other.Stream && one.Lifetime == other.Lifetime && one.Seq >> NumberBits == other.Seq >> NumberBits;

    /// <summary>Parses what <see cref="ToString"/> prints. Does not throw.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out DocumentId id)
    {
        id = default;
        Span<byte> bytes = stackalloc byte[Size + 2];
        if (text.Length != TextLength || !Base64Url.IsValid(text)
            || !Base64Url.TryDecodeFromChars(text, bytes, out var written) || written != Size)
        {
            return false;
        }

        var ms = BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16;
        id = new DocumentId(ms, BinaryPrimitives.ReadUInt128BigEndian(bytes[6..]));
        return true;
    }

    /// <summary>Writes the 30 characters as ASCII.</summary>
    public void Format(Span<byte> destination)
    {
        Span<byte> bytes = stackalloc byte[Size + 2];
        Fill(bytes);
        Base64Url.EncodeToUtf8(bytes[..Size], destination);
    }

    /// <summary>30 characters of base64url.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size + 2];
        Fill(bytes);
        return Base64Url.EncodeToString(bytes[..Size]);
    }

    private void Fill(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, MintedUnixMs << 16);
        BinaryPrimitives.WriteUInt128BigEndian(bytes[6..], Record);
    }
}
