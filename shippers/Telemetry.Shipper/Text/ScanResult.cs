namespace Telemetry.Shipper.Text;

/// <summary>What the scanner found at the start of the bytes at hand.</summary>
internal enum ScanResult : byte
{
    /// <summary>A record.</summary>
    Record,

    /// <summary>More bytes, or a pause, are needed to decide.</summary>
    NeedMore,

    /// <summary>A line whose end is not in sight and that is over the limit already.</summary>
    LongLine,
}
