using Telemetry.Spool;

namespace Telemetry.Bus.SegmentLog;

/// <summary>
/// How far the indexer has come in a lane, in a cursor of the lane's directory: the indexer's process writes it, the
/// gateway's reads it. Written at most once in an interval, as nothing is lost when it lags. Safe for concurrent use.
/// </summary>
internal sealed class IndexedMark(ISpoolDirectory directory, TimeSpan interval, TimeProvider time) : IDisposable
{
    private const string CursorName = "indexed";

    private readonly Lock _gate = new();
    private SpoolCursor? _cursor;
    private long _saved;
    private long _allowed;
    private long _savedAt;

    /// <summary>Takes note; becomes durable now or with a later note.</summary>
    public void Advance(BusPosition indexed)
    {
        lock (_gate)
        {
            _allowed = Math.Max(_allowed, indexed.Value);
            if (_cursor is null || time.GetElapsedTime(_savedAt) >= interval)
            {
                Save();
            }
        }
    }

    /// <summary>What is durable, by this process or another.</summary>
    public BusPosition Read()
    {
        lock (_gate)
        {
            if (_allowed > _saved)
            {
                Save();
            }

            using var other = SpoolCursor.Open(directory, CursorName);
            return new BusPosition(Math.Max(_saved, other.Position.Value));
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_allowed > _saved)
            {
                Save();
            }

            _cursor?.Dispose();
            _cursor = null;
        }
    }

    /// <summary>A save that fails is tried again with the next note; retention only waits.</summary>
    private void Save()
    {
        _cursor ??= SpoolCursor.Open(directory, CursorName);
        _savedAt = time.GetTimestamp();
        if (_allowed <= _cursor.Position.Value)
        {
            _saved = _allowed;
        }
        else if (_cursor.Save(new SpoolPosition(_allowed)))
        {
            _saved = _allowed;
        }
    }
}
