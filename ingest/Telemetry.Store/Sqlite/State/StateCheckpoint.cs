using Telemetry.Bus;
using Telemetry.Wire;

namespace Telemetry.Store.Sqlite.State;

/// <summary>
/// What changed between two points of the bus, as it was at the second: the state goes on while this is made durable. One owner.
/// </summary>
public sealed class StateCheckpoint
{
    internal StateCheckpoint(List<StateRow> rows, long position, long appliedBusUnixUs) =>
        (ChangedRows, Position, AppliedBusUnixUs) = (rows, position, appliedBusUnixUs);

    /// <summary>Everything before it is in the state.</summary>
    public long Position { get; }

    /// <summary>Bus time of the last entry applied, microseconds since the Unix epoch.</summary>
    public long AppliedBusUnixUs { get; }

    /// <summary>Changed rows; the last of a key counts.</summary>
    public IReadOnlyList<StateRow> Rows => ChangedRows;

    /// <summary>Lifetimes of which something changed.</summary>
    public IReadOnlyCollection<LifetimeId> Lifetimes =>
        ChangedRows.Where(row => row.Key[0] != StateRowFormat.Meta).Select(row => StateRowFormat.LifetimeOf(row.Key)).ToHashSet();

    internal List<StateRow> ChangedRows { get; }
}
