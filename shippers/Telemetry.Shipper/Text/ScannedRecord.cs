namespace Telemetry.Shipper.Text;

/// <summary>A record at the start of some bytes.</summary>
/// <param name="Length">Bytes it takes in the source, line end included.</param>
/// <param name="Content">Bytes of it that are kept.</param>
/// <param name="Truncated">Bytes cut from its end, without the line end.</param>
/// <param name="Open">True when it was ended by a pause and has no line end.</param>
internal readonly record struct ScannedRecord(int Length, int Content, int Truncated, bool Open);
