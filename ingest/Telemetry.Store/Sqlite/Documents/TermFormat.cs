namespace Telemetry.Store.Sqlite.Documents;

/// <summary>
/// The words of one text field in one block, with the places where they occur. Words are in byte order, cut into buckets so
/// that a search reads a few KB of a block. Part 0 is the directory, parts 1.. the buckets.
/// <code>
/// directory = buckets:varint  { length:varint first word of the bucket } …     without buckets, one bucket follows
/// bucket    = words:varint  { shared:varint rest:varint bytes  size:varint postings } …
/// postings  = { (document - previous) * 2 + 1:varint  place:varint             occurs once
///             | (document - previous) * 2:varint  times:varint  (place - previous):varint … } …
/// </code>
/// "Shared" counts the bytes that a word has in common with the word before it in its bucket; the first document and
/// the first place count from 0. A place is the number of the word in the document's field; between two values of one document
/// a place is left out, so that no phrase spans them.
/// <para>Example, the documents "disk full" and "full":
/// <c>00 02 00 04 64 69 73 6B 02 01 00 00 04 66 75 6C 6C 04 01 01 03 00</c>.</para>
/// </summary>
internal static class TermFormat
{
    /// <summary>A bucket is closed when it holds so many bytes.</summary>
    public const int BucketBytes = 4096;

    /// <summary>Buckets of one field and block: their number has to fit the key's eight bits.</summary>
    public const int MaxBuckets = 255;
}
