using Telemetry.Spool;
using Telemetry.Wire;

namespace Telemetry.Bus.SegmentLog;

/// <summary>
/// The bus of one machine: a segment log per lane in <c>critical/</c> and <c>bulk/</c> of a directory. One process writes, any
/// number read; readers in the writer's process are woken by it, others look every 25 ms. Nothing is on disk before
/// <see cref="OpenWriter"/> or <see cref="AllowTrim"/>. Safe for concurrent use.
/// </summary>
public sealed class SegmentLogBus : IBus
{
    private readonly SegmentLogOptions _options;
    private readonly TimeProvider _time;
    private readonly SegmentLane _critical;
    private readonly SegmentLane _bulk;
    private readonly Lock _gate = new();
    private SegmentLogWriter? _writer;

    /// <summary>Touches nothing yet.</summary>
    /// <param name="directory">Created by the writer when absent.</param>
    /// <param name="options">What is kept.</param>
    /// <param name="time">For retention and for waiting.</param>
    public SegmentLogBus(string directory, SegmentLogOptions options, TimeProvider time)
        : this(name => new RealSpoolDirectory(Path.Combine(directory, name)), options, time)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
    }

    internal SegmentLogBus(Func<string, ISpoolDirectory> directories, SegmentLogOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        _options = options;
        _time = time;
        _critical = LaneIn(Lane.Critical, directories);
        _bulk = LaneIn(Lane.Bulk, directories);
    }

    /// <summary>What a lane takes on disk, bytes; the same from every process.</summary>
    public long UsedBytes(Lane lane)
    {
        var of = Of(lane);
        if (of.Writer is { } writer)
        {
            return writer.Log.UsedBytes;
        }

        using var follower = SpoolFollower.Open(of.Directory, default, _time);
        return follower.UsedBytes;
    }

    /// <inheritdoc/>
    /// <exception cref="SpoolUnavailableException">The directory cannot be used, or another writer has it.</exception>
    /// <exception cref="InvalidOperationException">This bus has its writer already.</exception>
    public IBusWriter OpenWriter()
    {
        lock (_gate)
        {
            if (_critical.Writer is not null || _bulk.Writer is not null)
            {
                throw new InvalidOperationException("The bus is open for writing already.");
            }

            var critical = LaneLog.Open(Lane.Critical, _critical, _options, _time);
            try
            {
                _bulk.Writer = LaneLog.Open(Lane.Bulk, _bulk, _options, _time);
            }
            catch
            {
                critical.Dispose();
                throw;
            }

            _critical.Writer = critical;
            _writer = new SegmentLogWriter(_critical, _bulk);
            return _writer;
        }
    }

    /// <summary>
    /// Opens a lane at a position, which is 0 or a <see cref="BusEntry.Next"/> or <see cref="BusEntry.Position"/> seen before.
    /// Where retention has overtaken it, the reader begins at the oldest entry and <paramref name="skipped"/> says how many bytes
    /// are lost between. A position after the end is from another bus: the reader then begins at the oldest entry, and
    /// <paramref name="skipped"/> is negative, by how much the bus ends before it.
    /// </summary>
    public IBusReader OpenReader(Lane lane, BusPosition from, out long skipped) =>
        new SegmentLogReader(Of(lane), from, _time, out skipped);

    /// <inheritdoc/>
    public IBusMembership Join(Lane lane, IPartitionOwner owner) => new SegmentLogMembership(this, lane, owner);

    /// <inheritdoc/>
    public bool KeepsState => false;

    /// <inheritdoc/>
    public IStateLogReader? OpenState(BusPartition partition) => null;

    /// <summary>Position of the oldest entry that is still there, and the one after the newest, as of now.</summary>
    public (BusPosition Oldest, BusPosition End) Extent(Lane lane)
    {
        using var reader = new SegmentLogReader(Of(lane), default, _time, out _);
        return (reader.Position, new BusPosition(reader.Position.Value + reader.LagBytes));
    }

    /// <summary>What a lane holds, as of now; the same from every process.</summary>
    public LaneDescription Describe(Lane lane)
    {
        var of = Of(lane);
        using var reader = new SegmentLogReader(of, default, _time, out _);
        var (oldest, end) = (reader.Position, new BusPosition(reader.Position.Value + reader.LagBytes));
        long? oldestUnixUs = reader.TryRead(out var entry) ? entry.Stamp.BusUnixUs : null;
        return new LaneDescription(lane, oldest, end, of.Indexed.Read(), UsedBytes(lane), oldestUnixUs);
    }

    /// <summary>Nothing before <paramref name="indexed"/> is needed any more; retention may delete it.</summary>
    public void AllowTrim(Lane lane, BusPosition indexed) => Of(lane).Indexed.Advance(indexed);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_writer is { } writer)
        {
            await writer.DisposeAsync();
        }

        _critical.Dispose();
        _bulk.Dispose();
    }

    private SegmentLane Of(Lane lane) => lane == Lane.Critical ? _critical : _bulk;

    private SegmentLane LaneIn(Lane lane, Func<string, ISpoolDirectory> directories)
    {
        var directory = directories(LaneNames.Of(lane));
        return new SegmentLane(
            lane, directory, new IndexedMark(directory, TimeSpan.FromSeconds(1), _time), _options.OnProblem);
    }
}
