namespace Telemetry.Indexer.Parsing;

/// <summary>What a line does not say itself.</summary>
/// <param name="Zone">Zone of the host: what a time without zone means.</param>
/// <param name="MintedUnixUs">When the shipper made the record, microseconds since the Unix epoch: what a time without a year
/// is near to.</param>
/// <param name="HostNameKnown">True when the server's identity names the host, so that the line's claim is only a label.</param>
internal readonly record struct LineContext(ZoneClock Zone, long MintedUnixUs, bool HostNameKnown);
