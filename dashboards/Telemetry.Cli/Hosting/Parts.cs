namespace Telemetry.Cli.Hosting;

/// <summary>What one process runs.</summary>
[Flags]
internal enum Parts
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Takes batches and writes the bus.</summary>
    Gateway = 1,

    /// <summary>Reads the bus and writes the store.</summary>
    Indexer = 2,

    /// <summary>Pages and HTTP API.</summary>
    Console = 4,

    /// <summary>The shipper of this machine.</summary>
    Shipper = 8,

    /// <summary>The demo fleet.</summary>
    Demo = 16,

    /// <summary>The service on one machine.</summary>
    Up = Gateway | Indexer | Console | Shipper,
}
