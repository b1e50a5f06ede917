namespace Telemetry.Spool.Tests.Model;

/// <summary>
/// What the log has to be, from what it was told and what it said. Where files rot anything may be lost, but what there is
/// was written, and is in order.
/// </summary>
internal sealed class Oracle(bool rots)
{
    private const int Remembered = 1 << 17;

    private readonly SortedDictionary<long, byte[]> _written = [];
    private readonly Dictionary<long, byte[]> _mayAppear = [];
    private readonly List<byte[]> _inDoubt = [];
    private readonly HashSet<long> _cursorMayBe = [0];
    private readonly HashSet<(long Position, uint Crc)> _everWritten = [];
    private long _acknowledged;
    private long _trimmed;

    /// <summary>Frames whose append said Ok and that are not known to be lost, by position.</summary>
    public IReadOnlyDictionary<long, byte[]> Written => _written;

    public long MaxCursor { get; private set; }

    public void Appended(long position, byte[] payload)
    {
        Require(position >= MaxCursor, $"{position} is before the cursor {MaxCursor}");
        Require(_written.Count == 0 || position > _written.Keys.Last(), $"{position} is not after all others");
        _written.Add(position, payload);
        if (rots)
        {
            _everWritten.Add((position, Wire.Crc32C.Compute(payload)));
        }
    }

    /// <summary>An append that failed or in which the process was killed.</summary>
    public void MayHaveAppended(byte[] payload) => _inDoubt.Add(payload);

    /// <summary>All frames before this are durable, so said the log.</summary>
    public void Acknowledged(long end) => _acknowledged = Math.Max(_acknowledged, end);

    public void Trimmed(long before)
    {
        _trimmed = Math.Max(_trimmed, before);
        foreach (var position in _written.Keys.TakeWhile(p => p < _trimmed - Remembered).ToArray())
        {
            _written.Remove(position);
        }
    }

    public void Lost(SpoolDamage damage)
    {
        if (rots && damage.Kind == SpoolDamageKind.Gap)
        {
            return;
        }

        Require(damage.Kind == SpoolDamageKind.LostWrites, $"{damage} in a running log");
        Require(rots || damage.From.Value >= _acknowledged, $"{damage} though {_acknowledged} was acknowledged");
        foreach (var position in _written.Keys.Where(p => p >= damage.From.Value).ToArray())
        {
            Require(position < damage.To.Value, $"{position} is after the loss {damage}");
            _mayAppear[position] = _written[position];
            _written.Remove(position);
        }
    }

    public void CursorSaved(long position, bool said)
    {
        if (said)
        {
            _cursorMayBe.Clear();
        }

        _cursorMayBe.Add(position);
    }

    public void CursorFound(long position)
    {
        Require(rots || _cursorMayBe.Contains(position), $"the cursor is at {position}, saved were {string.Join(' ', _cursorMayBe)}");
        MaxCursor = position;
    }

    /// <summary>A frame that a reader of the running log got after one at <paramref name="after"/>.</summary>
    public void Read(long after, SpoolFrame frame, long firstKept, bool mayHaveDropped)
    {
        var position = frame.Position.Value;
        Require(position >= after, $"a reader at {after} read {position}");
        Require(
            position < firstKept || (_written.TryGetValue(position, out var payload) && frame.Payload.Span.SequenceEqual(payload)),
            $"a reader read {position}, which was not written");
        if (!mayHaveDropped)
        {
            var between = _written.Keys.FirstOrDefault(p => p >= Math.Max(after, firstKept), position);
            Require(between >= position, $"a reader at {after} passed over {between} and read {position}");
        }
    }

    /// <summary>Compares what a new process finds; from now on that is the log.</summary>
    public void Reopened(IReadOnlyList<(long Position, byte[] Payload)> found, bool keepsAll, long durable)
    {
        var last = -1L;
        foreach (var (position, payload) in found)
        {
            Require(position > last, $"{position} was read after {last}");
            last = position;
            Require(
                (_written.TryGetValue(position, out var known) && known.AsSpan().SequenceEqual(payload))
                || (_mayAppear.TryGetValue(position, out known) && known.AsSpan().SequenceEqual(payload))
                || _inDoubt.Exists(p => p.AsSpan().SequenceEqual(payload))
                || _everWritten.Contains((position, Wire.Crc32C.Compute(payload))),
                $"{position} was never written");
        }

        var positions = found.Select(f => f.Position).ToHashSet();
        foreach (var position in _written.Keys)
        {
            Require(
                rots || position < _trimmed || positions.Contains(position) || (position >= _acknowledged && !keepsAll),
                $"{position} is gone, acknowledged up to {_acknowledged}, trimmed before {_trimmed}, keeps all: {keepsAll}");
        }

        // A trim that was not durable yet may be undone by a later crash.
        var undone = _written.Concat(_mayAppear)
            .Where(f => f.Key < _trimmed && f.Key >= _trimmed - Remembered && !positions.Contains(f.Key)).ToArray();
        _mayAppear.Clear();
        foreach (var (position, payload) in undone)
        {
            _mayAppear[position] = payload;
        }

        _acknowledged = rots ? 0 : _acknowledged;
        _written.Clear();
        foreach (var (position, payload) in found)
        {
            _written.Add(position, payload);
        }

        if (!rots)
        {
            _inDoubt.Clear();
        }

        Acknowledged(durable);
    }

    public static void Require(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new InvalidOperationException(otherwise);
        }
    }
}
