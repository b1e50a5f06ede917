using Telemetry.Shipper.Text;
using Telemetry.Shipping.Lanes;
using Telemetry.Shipping.Streams;

namespace Telemetry.Shipper.Pipes;

/// <summary>
/// Cuts the bytes of one pipe into records. One thread feeds it, a timer tells it of pauses; memory is bounded whatever the
/// length of a line.
/// </summary>
internal sealed class PipePump
{
    private const int ReadBytes = 64 << 10;

    private readonly Lock _gate = new();
    private readonly PipeOptions _options;
    private readonly StreamState _stream;
    private readonly LineBatcher _batcher;
    private readonly TimeProvider _time;
    private readonly byte[] _buffer;
    private int _filled;
    private long _skipped;
    private bool _skippedReturn;
    private bool _isSkipping;
    private bool _isOpen;
    private bool _hasEnded;
    private long _changedAt;

    public PipePump(PipeOptions options, StreamState stream, LineBatcher batcher, TimeProvider time)
    {
        _options = options;
        _stream = stream;
        _batcher = batcher;
        _time = time;
        _buffer = new byte[options.Scan.MaxRecordBytes + (2 * ReadBytes)];
        _changedAt = time.GetTimestamp();
    }

    /// <summary>Takes the next bytes, in pieces of at most 64 KiB at a time; none after the end.</summary>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var piece = bytes[..Math.Min(bytes.Length, ReadBytes)];
            bytes = bytes[piece.Length..];
            lock (_gate)
            {
                if (_hasEnded)
                {
                    return;
                }

                _changedAt = _time.GetTimestamp();
                Take(piece);
            }
        }
    }

    /// <summary>Looks whether nothing came for a while.</summary>
    public void Tick()
    {
        lock (_gate)
        {
            var idle = _time.GetElapsedTime(_changedAt);
            var pause = idle >= _options.LineWait ? SourcePause.End : idle >= _options.GroupWait ? SourcePause.Lines : SourcePause.None;
            if (pause != SourcePause.None && (_filled > 0 || _isSkipping))
            {
                Cut(pause);
            }
        }
    }

    /// <summary>Nothing more is taken, whatever comes.</summary>
    public void End()
    {
        lock (_gate)
        {
            _hasEnded = true;
            Cut(SourcePause.End);
        }
    }

    private void Take(ReadOnlySpan<byte> piece)
    {
        if (_isSkipping)
        {
            piece = Skip(piece);
        }

        piece.CopyTo(_buffer.AsSpan(_filled));
        _filled += piece.Length;
        Cut(SourcePause.None);
    }

    /// <summary>Passes over the rest of a line that is over the limit; returns what follows the line.</summary>
    private ReadOnlySpan<byte> Skip(ReadOnlySpan<byte> piece)
    {
        var feed = piece.IndexOf((byte)'\n');
        var rest = feed < 0 ? piece : piece[..feed];
        if (!rest.IsEmpty)
        {
            _skippedReturn = rest[^1] == (byte)'\r';
        }

        _skipped += rest.Length;
        if (feed < 0)
        {
            return [];
        }

        EndSkip(hasLineEnd: true);
        return piece[(feed + 1)..];
    }

    private void EndSkip(bool hasLineEnd)
    {
        var truncated = _skipped - (hasLineEnd && _skippedReturn ? 1 : 0);
        _batcher.Add(_stream, _buffer.AsSpan(0, _filled), (ulong)truncated);
        _filled = 0;
        _isSkipping = false;
        _isOpen = !hasLineEnd;
    }

    private void Cut(SourcePause pause)
    {
        if (_isSkipping)
        {
            if (pause == SourcePause.End)
            {
                EndSkip(hasLineEnd: false);
            }

            return;
        }

        var at = SkipLateLineEnd();
        while (at < _filled)
        {
            var data = _buffer.AsSpan(at, _filled - at);
            var found = RecordScanner.Next(data, pause, _options.Scan, out var record);
            if (found == ScanResult.LongLine)
            {
                BeginSkip(at);
                return;
            }

            if (found == ScanResult.NeedMore)
            {
                break;
            }

            _batcher.Add(_stream, data[..record.Content], (ulong)record.Truncated);
            _isOpen = record.Open;
            at += record.Length;
        }

        _buffer.AsSpan(at, _filled - at).CopyTo(_buffer);
        _filled -= at;
    }

    /// <summary>A line end that comes after its line was taken belongs to that line and makes no record.</summary>
    private int SkipLateLineEnd()
    {
        if (!_isOpen || _filled == 0 || _filled == 1 && _buffer[0] == (byte)'\r')
        {
            return 0;
        }

        _isOpen = false;
        return _buffer[0] == (byte)'\n' ? 1 : _buffer[0] == (byte)'\r' && _buffer[1] == (byte)'\n' ? 2 : 0;
    }

    private void BeginSkip(int at)
    {
        var max = _options.Scan.MaxRecordBytes;
        _buffer.AsSpan(at, _filled - at).CopyTo(_buffer);
        _skipped = _filled - at - max;
        _skippedReturn = _buffer[_filled - at - 1] == (byte)'\r';
        _filled = max;
        _isSkipping = true;
    }
}
