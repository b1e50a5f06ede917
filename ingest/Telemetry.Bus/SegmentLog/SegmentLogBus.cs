using Telemetry.Spool;
using Telemetry.Wire;

namespace Telemetry.Bus.SegmentLog;

/// <summary>
/// The embedded bus: one spool a lane, in <c>critical/</c> and <c>bulk/</c> of a directory. One process writes; readers are in the
/// same process or in others, and see only what is durable. How far a lane is indexed is in its <c>indexed.cursor</c>.
/// </summary>
public sealed class SegmentLogBus : IBus
{
    private const string IndexedCursor = "indexed";

    private readonly string _directory;
    private readonly SegmentLogOptions _options;
    private readonly TimeProvider _time;
    private readonly Dictionary<Lane, SpoolCursor> _indexed = [];
    private readonly Lock _gate = new();
    private SegmentLogWriter? _writer;

    /// <summary>Touches nothing yet.</summary>
    public SegmentLogBus(string directory, SegmentLogOptions options, TimeProvider time)
    {
        _directory = directory;
        _options = options;
        _time = time;
    }

    /// <inheritdoc/>
    /// <exception cref="SpoolUnavailableException">The directory cannot be used, or another process writes it.</exception>
    public IBusWriter OpenWriter()
    {
        lock (_gate)
        {
            return _writer = new SegmentLogWriter(
                new LaneLog(Directory(Lane.Critical), Lane.Critical, _options, _time),
                new LaneLog(Directory(Lane.Bulk), Lane.Bulk, _options, _time));
        }
    }

    /// <inheritdoc/>
    public IBusReader OpenReader(Lane lane, BusPosition from, out long skipped)
    {
        SegmentLogWriter? writer;
        lock (_gate)
        {
            writer = _writer;
        }

        return writer is { IsDisposed: false }
            ? writer.Log(lane).OpenReader(from, out skipped)
            : FollowingLaneReader.Open(Directory(lane), from, _time, out skipped);
    }

    /// <inheritdoc/>
    public void AllowTrim(Lane lane, BusPosition indexed)
    {
        lock (_gate)
        {
            if (!_indexed.TryGetValue(lane, out var cursor))
            {
                Directory(lane).Prepare();
                _indexed[lane] = cursor = SpoolCursor.Open(Directory(lane), IndexedCursor);
            }

            // A note that could not be saved only keeps more: the next one covers it.
            if (indexed.Value > cursor.Position.Value)
            {
                cursor.Save(new SpoolPosition(indexed.Value));
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_writer is { } writer)
        {
            await writer.DisposeAsync();
        }

        foreach (var cursor in _indexed.Values)
        {
            cursor.Dispose();
        }
    }

    /// <summary>How far another process, or this one, has indexed the lane of a directory.</summary>
    internal static SpoolPosition Indexed(ISpoolDirectory directory)
    {
        using var cursor = SpoolCursor.Open(directory, IndexedCursor);
        return cursor.Position;
    }

    private RealSpoolDirectory Directory(Lane lane) =>
        new(Path.Combine(_directory, lane == Lane.Critical ? "critical" : "bulk"));
}
