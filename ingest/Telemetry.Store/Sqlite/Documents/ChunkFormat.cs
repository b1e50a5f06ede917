namespace Telemetry.Store.Sqlite.Documents;

/// <summary>
/// A chunk holds the values of one field in one block, in document order; a field without values in a block has no chunk.
/// Numbers are little-endian, "varint" is LEB128 (at most 10 bytes), "zigzag" a varint of a signed number.
/// <code>
/// chunk      = kind:u8  values:varint  presence  body
/// presence   = 0                                        each document has one value
///            | 1  bits: u8[(documents + 7) / 8]         a set bit is a document with one value
///            | 2  bits  (count - 1):varint …            and so many values for each set bit
/// numbers    (kind 1): coding:u8  base:zigzag  offset:uW[values]                        value = base + offset
///                      coding = W (0, 1, 2, 4, 8)
///                    | coding = 16 + W: first:zigzag  base:zigzag  delta:uW[values - 1]  value = previous + base + delta
/// dictionary (kind 2): distinct:varint  packed  code:uC[values]   C = 0 for one, 1 up to 256, else 2 bytes
/// strings    (kind 3): frames:varint  { values:varint raw:varint stored:varint } …  bytes of each frame
/// packed     = raw:varint  stored:varint  bytes         Brotli when stored is less than raw
/// raw bytes  = length:varint of each string, then the strings
/// </code>
/// Doubles are numbers by their bits, booleans 0 and 1, dates microseconds. Limits are in <see cref="BlockLimits"/>. A chunk that
/// breaks them or ends early is damage; a reader says so and does not guess. Arithmetic wraps at 64 bits.
/// <para>Example, the levels "info", "warn", "info", "info" of four documents:
/// <c>02 04 00 02 0A 0A 04 04 69 6E 66 6F 77 61 72 6E 00 01 00 00</c>.</para>
/// </summary>
internal static class ChunkFormat
{
    public const byte Numbers = 1;
    public const byte Dictionary = 2;
    public const byte Strings = 3;

    public const byte EachOne = 0;
    public const byte SomeOne = 1;
    public const byte SomeSeveral = 2;

    public const byte Delta = 16;

    /// <summary>Distinct strings of a dictionary chunk.</summary>
    public const int MaxDistinct = 1 << 16;

    public static int CodeWidth(int distinct) => distinct <= 1 ? 0 : distinct <= 256 ? 1 : 2;
}
