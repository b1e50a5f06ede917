namespace Telemetry.Store.Sqlite.Documents;

/// <summary>What can be done with a partition.</summary>
internal enum PartitionState
{
    /// <summary>Read and written.</summary>
    Good,

    /// <summary>Read in part, not written.</summary>
    Damaged,

    /// <summary>Neither.</summary>
    Unusable,

    /// <summary>A newer version wrote it; left alone.</summary>
    Newer,
}
