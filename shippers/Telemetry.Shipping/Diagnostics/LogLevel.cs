namespace Telemetry.Shipping.Diagnostics;

/// <summary>How much the shipper says about itself.</summary>
internal enum LogLevel : byte
{
    Debug,
    Info,

    /// <summary>Something is wrong and nothing is lost.</summary>
    Warn,

    /// <summary>Data is lost, or someone must act.</summary>
    Error,
}
