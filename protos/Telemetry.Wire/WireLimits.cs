namespace Telemetry.Wire;

/// <summary>Bounds that every parser of the contract enforces.</summary>
public static class WireLimits
{
    /// <summary>Header plus payload of one batch, bytes.</summary>
    public const int MaxBatchBytes = 4 << 20;

    /// <summary>Content of one batch once decompressed, bytes.</summary>
    public const int MaxRawBytes = 16 << 20;

    /// <summary>Header of one batch, bytes.</summary>
    public const int MaxHeaderBytes = 64 << 10;

    /// <summary>Runs in one batch.</summary>
    public const int MaxRuns = 1024;

    /// <summary>Records in one batch.</summary>
    public const int MaxRecords = 1 << 20;

    /// <summary>Longest line kept, bytes; the rest of a longer one is declared lost.</summary>
    public const int MaxLineBytes = 256 << 10;
}
