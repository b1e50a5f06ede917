using Telemetry.Spool;

namespace Telemetry.Bus.SegmentLog;

/// <summary>
/// Reads a lane: from the log while this process writes it, else as a follower of the directory; changes over by itself
/// when the writer is opened or closed.
/// </summary>
internal sealed class SegmentLogReader : IBusReader, IDisposable
{
    private readonly SegmentLane _lane;
    private readonly TimeProvider _time;
    private readonly BusEntryStrings _strings = new();
    private LaneLog? _writer;
    private SpoolReader? _reader;
    private SpoolFollower? _follower;
    private SpoolPosition _position;

    public SegmentLogReader(SegmentLane lane, BusPosition from, TimeProvider time, out long skipped)
    {
        _lane = lane;
        _time = time;
        _position = new SpoolPosition(from.Value);
        Connect();
        var end = _reader is not null ? _writer!.Log.End : _follower!.Reach;
        if (_position > end)
        {
            // Another bus than the position is from: everything in it is news.
            skipped = end.Value - _position.Value;
            _position = default;
            Connect();
            return;
        }

        skipped = _reader is not null
            ? _writer!.Log.BytesTrimmedAfter(_position)
            : _follower!.BytesTrimmedAfter(_position);
        _position = new SpoolPosition(_position.Value + skipped);
    }

    public long LagBytes => _reader?.LagBytes ?? _follower!.LagBytes;

    public BusPosition Position => new(_position.Value);

    public long ReachedUnixUs
    {
        get
        {
            // The clock first: what comes in between is later than it.
            var now = (_time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) / 10;
            return LagBytes == 0 ? now : 0;
        }
    }

    public bool TryRead(out BusEntry entry)
    {
        ConnectIfChanged();
        while (_reader is not null ? _reader.TryRead(out var frame) : _follower!.TryRead(out frame))
        {
            _position = frame.Next;
            if (BusEntryFormat.TryRead(frame.Payload, _strings, out var stamp, out var body))
            {
                entry = new BusEntry(new BusPosition(frame.Position.Value), new BusPosition(frame.Next.Value), stamp, body);
                return true;
            }

            _lane.TellUndecodable(frame.Position);
        }

        entry = default;
        return false;
    }

    public ValueTask WaitAsync(TimeSpan atMost, CancellationToken cancel)
    {
        ConnectIfChanged();
        return _reader is not null ? _reader.WaitAsync(atMost, cancel) : _follower!.WaitAsync(atMost, cancel);
    }

    public void Dispose()
    {
        _reader?.Dispose();
        _follower?.Dispose();
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private void ConnectIfChanged()
    {
        if (_lane.Writer != _writer)
        {
            Connect();
        }
    }

    private void Connect()
    {
        _reader?.Dispose();
        _follower?.Dispose();
        _writer = _lane.Writer;
        _reader = _writer?.Log.OpenReader(_position, durableOnly: true);
        _follower = _writer is null ? SpoolFollower.Open(_lane.Directory, _position, _time, _lane.Tell) : null;
    }
}
