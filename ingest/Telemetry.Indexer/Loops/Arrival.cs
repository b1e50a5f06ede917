using Telemetry.Bus;

namespace Telemetry.Indexer.Loops;

/// <summary>An entry of the bus and what is to be done with it.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Learn">False when the state is past it: only documents that the store lost are written again.</param>
/// <param name="Write">False when the store has its documents.</param>
internal readonly record struct Arrival(BusEntry Entry, bool Learn, bool Write)
{
    /// <summary>Bus time, microseconds since the Unix epoch.</summary>
    public long BusUnixUs => Entry.Stamp.BusUnixUs;
}
