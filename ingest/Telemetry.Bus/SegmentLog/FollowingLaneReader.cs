using Telemetry.Spool;

namespace Telemetry.Bus.SegmentLog;

/// <summary>Reads a lane that another process writes.</summary>
internal sealed class FollowingLaneReader : IBusReader
{
    private readonly SpoolFollower _follower;

    private FollowingLaneReader(SpoolFollower follower) => _follower = follower;

    public long LagBytes => _follower.LagBytes;

    public static FollowingLaneReader Open(ISpoolDirectory directory, BusPosition from, TimeProvider time, out long skipped)
    {
        var position = new SpoolPosition(from.Value);
        var follower = SpoolFollower.Open(directory, position, time);
        skipped = from.Value == 0 ? 0 : follower.BytesTrimmedAfter(position);
        return new FollowingLaneReader(follower);
    }

    public bool TryRead(out BusEntry entry)
    {
        while (_follower.TryRead(out var frame))
        {
            if (BusEntries.TryDecode(frame, out entry))
            {
                return true;
            }
        }

        entry = default;
        return false;
    }

    public ValueTask WaitAsync(TimeSpan atMost, CancellationToken cancel) => _follower.WaitAsync(atMost, cancel);

    public ValueTask DisposeAsync()
    {
        _follower.Dispose();
        return ValueTask.CompletedTask;
    }
}
