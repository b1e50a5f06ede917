namespace Telemetry.Store.Sqlite.Documents;

/// <summary>Bounds of a block; readers refuse what lies beyond them.</summary>
internal static class BlockLimits
{
    /// <summary>Documents of a block.</summary>
    public const int MaxDocuments = 4096;

    /// <summary>Text of a block, bytes, after which it is closed; one more document may pass it.</summary>
    public const int TargetTextBytes = 4 << 20;

    /// <summary>Values of one field in a block: each document may have its most in one field.</summary>
    public const int MaxValues = MaxDocuments * Document.MaxFields;

    /// <summary>Bytes that any part of a chunk unpacks to.</summary>
    public const int MaxUnpackedBytes = 64 << 20;

    /// <summary>Text packed together, bytes: what a reader has to unpack to get at one value.</summary>
    public const int FrameBytes = 64 << 10;

    /// <summary>Fields of one partition. Attributes that come after are not stored as fields.</summary>
    public const int MaxFields = 1 << 15;
}
