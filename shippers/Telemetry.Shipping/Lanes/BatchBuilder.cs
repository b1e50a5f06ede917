using System.Buffers;
using Telemetry.Shipping.Files;
using Telemetry.Shipping.Streams;
using Telemetry.Wire;


namespace Telemetry.Shipping.Lanes;

/// <summary>
/// Collects records of one lifetime into the next batch and, for files, its plan. Allocates per batch and run, not per record.
/// One thread at a time.
/// </summary>
internal sealed class BatchBuilder(int maxRawBytes, bool compresses = true)
{
    private const int MaxRuns = 256;
    private const int MaxRecords = 64 << 10;

    private readonly ArrayBufferWriter<byte> _raw = new(maxRawBytes + WireLimits.MaxLineBytes + 64);
    private readonly ArrayBufferWriter<byte> _lengths = new(16 << 10);
    private readonly ArrayBufferWriter<byte> _truncations = new(64);
    private readonly List<Run> _runs = [];
    private readonly List<PlannedRun> _planned = [];
    private readonly BatchPacker _packer = new(compresses);

    private StreamState? _stream;
    private FileState? _file;
    private ulong _firstSeq;
    private uint _count;
    private long _mintedUnixUs;
    private long _start, _end;
    private bool _open;
    private uint _sinceTruncation;

    /// <summary>Origin of the records; valid when not empty.</summary>
    public LifetimeId Lifetime { get; private set; }

    public int Records { get; private set; }

    public bool IsEmpty => Records == 0;

    public bool IsFull => _raw.WrittenCount >= maxRawBytes || _runs.Count >= MaxRuns || Records >= MaxRecords;

    public int RawBytes => _raw.WrittenCount;

    /// <summary>Stream of the run being built.</summary>
    public StreamState? RunStream => _stream;

    /// <summary>True when a record of this lifetime can join.</summary>
    public bool Takes(LifetimeId lifetime) => IsEmpty || Lifetime == lifetime;

    /// <summary>Adds a line of a stream that cannot be read again, and gives it the stream's next number.</summary>
    public void AddLine(StreamState stream, long nowUnixUs, ReadOnlySpan<byte> content, ulong truncated)
    {
        Join(stream, null, 0, nowUnixUs);
        RecordsWriter.Line(_raw, content, truncated);
    }

    /// <summary>Adds a record of another kind.</summary>
    public void AddMessage(StreamState stream, long nowUnixUs, RecordKind kind, ReadOnlySpan<byte> message)
    {
        Join(stream, null, 0, nowUnixUs);
        RecordsWriter.Message(_raw, kind, message);
    }

    /// <summary>
    /// Adds a record that lies in a file at <paramref name="start"/> and takes <paramref name="length"/> bytes there, line end
    /// included.
    /// </summary>
    public void AddFileLine(StreamState stream, FileState file, long nowUnixUs, long start, long length,
        ReadOnlySpan<byte> content, ulong truncated, bool open)
    {
        Join(stream, file, start, nowUnixUs);
        RecordsWriter.Line(_raw, content, truncated);
        _lengths.Advance(ProtoWriter.WriteVarint(_lengths.GetSpan(10), (ulong)length));
        _end = start + length;
        _open = open;
        if (truncated != 0)
        {
            _truncations.Advance(ProtoWriter.WriteVarint(_truncations.GetSpan(10), _sinceTruncation));
            _truncations.Advance(ProtoWriter.WriteVarint(_truncations.GetSpan(10), truncated));
            _sinceTruncation = 0;
        }
        else
        {
            _sinceTruncation++;
        }
    }

    /// <summary>Compresses what was collected into <paramref name="output"/> and returns the header.</summary>
    public BatchHeader Pack(Lane lane, BatchMessage output)
    {
        CloseRun();
        return _packer.Pack(Lifetime, lane, _runs.ToArray(), _raw.WrittenSpan, output);
    }

    /// <summary>The plan of the batch that was packed; only for records of files.</summary>
    public Plan ToPlan(BatchHeader header, int maxRecordBytes) =>
        new(header.Lifetime, header.RawCrc32C, header.RawSize, maxRecordBytes, _planned);

    public void Clear()
    {
        _raw.ResetWrittenCount();
        _runs.Clear();
        _planned.Clear();
        _stream = null;
        Records = 0;
    }

    private void Join(StreamState stream, FileState? file, long start, long nowUnixUs)
    {
        if (!ReferenceEquals(stream, _stream) || !ReferenceEquals(file, _file) || file is not null && start != _end
            || _firstSeq + _count != stream.NextSeq)
        {
            CloseRun();
            Lifetime = stream.Lifetime;
            _stream = stream;
            _file = file;
            _firstSeq = stream.NextSeq;
            _count = 0;
            _mintedUnixUs = nowUnixUs;
            _start = _end = start;
            _open = false;
            _sinceTruncation = 0;
        }

        _count++;
        stream.NextSeq++;
        Records++;
    }

    private void CloseRun()
    {
        if (_stream is null || _count == 0)
        {
            return;
        }

        var run = new Run(_stream.Id, _stream.Epoch, _firstSeq, _count, _mintedUnixUs);
        _runs.Add(run);
        if (_file is not null)
        {
            _planned.Add(new PlannedRun(run, _file.Identity, _file.Fingerprint, _file.Path, _start,
                _lengths.WrittenSpan.ToArray(), _truncations.WrittenSpan.ToArray(), _open));
            _lengths.ResetWrittenCount();
            _truncations.ResetWrittenCount();
        }

        _stream = null;
        _count = 0;
    }
}
