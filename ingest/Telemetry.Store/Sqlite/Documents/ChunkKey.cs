namespace Telemetry.Store.Sqlite.Documents;

/// <summary>
/// Row ids of <c>chunk</c> and <c>term</c>: number of the block's first document, field, part, from the high bits to the low. The
/// rows of a block lie together.
/// </summary>
internal static class ChunkKey
{
    /// <summary>Documents of one partition; more than its files can hold.</summary>
    public const long MaxDocuments = 1L << 39;

    public static long Of(long block, int field, int part = 0) => block << 24 | (long)field << 8 | (uint)part;

    public static long First(long block) => block << 24;

    public static long Last(long block) => (block << 24) + 0xFF_FFFF;

    public static int Field(long key) => (int)(key >> 8) & 0xFFFF;
}
