using Telemetry.Wire;

namespace Telemetry.Store.Elasticsearch.Writing;

/// <summary>One document of a chunk. Mutable and by reference, because a chunk has thousands.</summary>
internal struct BulkItem
{
    /// <summary>Where its two lines begin, its source begins, and both end.</summary>
    public int Start, Source, End;

    public DocumentStream Stream;

    /// <summary>Stored or refused; cut out before the next attempt.</summary>
    public bool IsSettled;

    /// <summary>It may be stored already, in an earlier backing index.</summary>
    public bool IsInDoubt;

    /// <summary>It was created by this request in a later backing index than had been asked.</summary>
    public bool IsUnchecked;

    /// <summary>The last answer said that it exists; settled when that is sure to last.</summary>
    public bool Exists;

    /// <summary>The first backing index that it may be in; null when that is not known.</summary>
    public BackingIndex? From;

    /// <summary>Times that it was answered with an error of the server's.</summary>
    public byte Failures;

    public CommitScope Scope;
    public RecordId Record;
    public long MintedUnixUs;
    public long Position;
}
