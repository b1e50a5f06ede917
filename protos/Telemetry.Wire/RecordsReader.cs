namespace Telemetry.Wire;

/// <summary>Walks the records of a decompressed payload without copying or allocating. Hostile input does not throw.</summary>
public ref struct RecordsReader(ReadOnlySpan<byte> raw)
{
    private ProtoReader _reader = new(raw);

    /// <summary>Kind of the current record.</summary>
    public RecordKind Kind { get; private set; }

    /// <summary>The line, or the encoded message of another kind.</summary>
    public ReadOnlySpan<byte> Body { get; private set; }

    /// <summary>Bytes that were cut from the end of the line.</summary>
    public ulong TruncatedBytes { get; private set; }

    /// <summary>True when the payload is malformed.</summary>
    public bool Failed { get; private set; }

    /// <summary>Moves to the next record. False at the end and when the payload is malformed.</summary>
    public bool Next()
    {
        while (_reader.Next())
        {
            if (_reader.Field == 1)
            {
                return _reader.WireType == 2 && TryRecord(_reader.Bytes) || Fail();
            }
        }

        Failed |= _reader.Failed;
        return false;
    }

    private bool TryRecord(ReadOnlySpan<byte> bytes)
    {
        Kind = RecordKind.Unknown;
        Body = default;
        TruncatedBytes = 0;
        var record = new ProtoReader(bytes);
        while (record.Next())
        {
            if (record.Field is >= (int)RecordKind.Line and <= (int)RecordKind.Seal or (int)RecordKind.WorkloadPeer or (int)RecordKind.LevelChange && record.WireType == 2)
            {
                Kind = (RecordKind)record.Field;
                Body = record.Bytes;
            }
            else if (record.Field == 12 && record.WireType == 0)
            {
                TruncatedBytes = record.Number;
            }
        }

        return !record.Failed;
    }

    private bool Fail()
    {
        Failed = true;
        return false;
    }
}
