using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>
/// The chunk of one field and block, read as far as it is asked for. Buffers are kept for the next chunk. Damage throws a
/// <see cref="StoreException"/>. Not thread-safe.
/// </summary>
internal sealed class Column
{
    private readonly ByteList _chunk = new();
    private readonly Growing<long> _numbers = new();
    private readonly Growing<ushort> _codes = new();
    private readonly Growing<ushort> _documents = new();
    private readonly Growing<int> _firsts = new();
    private readonly PackedStrings _strings = new();
    private readonly Growing<Frame> _frames = new();
    private int _presenceAt;
    private int _bodyAt;
    private int _codesAt;
    private int _frame;
    private bool _hasNumbers;
    private bool _hasCodes;
    private bool _hasDocuments;
    private bool _hasFirsts;

    public byte Kind { get; private set; }

    /// <summary>Documents of the block.</summary>
    public int BlockDocuments { get; private set; }

    /// <summary>Values of all documents.</summary>
    public int Values { get; private set; }

    /// <summary>True when value i is the one value of document i.</summary>
    public bool IsDense { get; private set; }

    /// <summary>Distinct strings of a dictionary.</summary>
    public int Distinct { get; private set; }

    /// <summary>Number of frames of a strings chunk.</summary>
    public int Frames => _frames.Count;

    public void Load(ReadOnlySpan<byte> chunk, int documents)
    {
        _chunk.Clear();
        _chunk.Add(chunk);
        (_hasNumbers, _hasCodes, _hasDocuments, _hasFirsts, _frame) = (false, false, false, false, -1);
        BlockDocuments = documents;
        var reader = new ChunkSpan(_chunk.Written);
        Kind = reader.Byte();
        Values = reader.Count(BlockLimits.MaxValues);
        var presence = reader.Byte();
        IsDense = presence == ChunkFormat.EachOne;
        _presenceAt = reader.At;
        if (IsDense ? Values != documents : !SkipPresence(ref reader, presence))
        {
            ChunkSpan.Fail();
        }

        _bodyAt = reader.At;
        switch (Kind)
        {
            case ChunkFormat.Numbers: break;
            case ChunkFormat.Dictionary: LoadDictionary(ref reader); break;
            case ChunkFormat.Strings: LoadFrames(ref reader); break;
            default: ChunkSpan.Fail(); break;
        }
    }

    /// <summary>Adds the documents that have a value.</summary>
    public void AddPresent(DocumentSet documents)
    {
        if (IsDense)
        {
            for (var i = 0; i < BlockDocuments; i++)
            {
                documents.Add(i);
            }

            return;
        }

        foreach (var document in DocumentsOfValues())
        {
            documents.Add(document);
        }
    }

    /// <summary>The document of each value; not for a dense column.</summary>
    public ReadOnlySpan<ushort> DocumentsOfValues()
    {
        if (!_hasDocuments)
        {
            ReadDocuments();
            _hasDocuments = true;
        }

        return _documents.Items;
    }

    /// <summary>The values of one document: the index of the first and how many.</summary>
    public (int First, int Count) ValuesOf(int document)
    {
        if (IsDense)
        {
            return (document, 1);
        }

        if (!_hasFirsts)
        {
            ReadFirsts();
            _hasFirsts = true;
        }

        return (_firsts[document], _firsts[document + 1] - _firsts[document]);
    }

    /// <summary>The values of a numbers chunk.</summary>
    public ReadOnlySpan<long> Numbers()
    {
        if (Kind != ChunkFormat.Numbers)
        {
            ChunkSpan.Fail();
        }

        if (!_hasNumbers)
        {
            ReadNumbers();
            _hasNumbers = true;
        }

        return _numbers.Items;
    }

    /// <summary>Which of the distinct strings each value is.</summary>
    public ReadOnlySpan<ushort> Codes()
    {
        if (!_hasCodes)
        {
            ReadCodes();
            _hasCodes = true;
        }

        return _codes.Items;
    }

    public ReadOnlySpan<byte> DistinctValue(int code) => _strings[code];

    /// <summary>Unpacks one frame; its strings are <see cref="FrameValue"/> of 0..count-1, the first being value <c>First</c>.</summary>
    public (int First, int Count) OpenFrame(int frame)
    {
        var f = _frames[frame];
        if (_frame != frame)
        {
            _frame = -1;
            _strings.Load(_chunk.Slice(f.At, f.Stored), f.Raw, f.Count);
            _frame = frame;
        }

        return (f.First, f.Count);
    }

    public (int First, int Count) FrameRange(int frame) => (_frames[frame].First, _frames[frame].Count);

    public ReadOnlySpan<byte> FrameValue(int index) => _strings[index];

    /// <summary>Any text value by its index; unpacks its frame when it is not at hand.</summary>
    public ReadOnlySpan<byte> Text(int index)
    {
        if (Kind == ChunkFormat.Dictionary)
        {
            return _strings[Distinct == 1 ? 0 : Codes()[index]];
        }

        if (Kind != ChunkFormat.Strings)
        {
            ChunkSpan.Fail();
        }

        var (low, high) = (0, _frames.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = _frames[middle].First <= index ? (middle, high) : (low, middle - 1);
        }

        return _strings[index - OpenFrame(low).First];
    }

    private bool SkipPresence(ref ChunkSpan reader, byte presence)
    {
        var bits = reader.Bytes((BlockDocuments + 7) / 8);
        var present = 0;
        foreach (var b in bits)
        {
            present += BitOperations.PopCount(b);
        }

        if ((BlockDocuments & 7) != 0 && bits[^1] >> (BlockDocuments & 7) != 0)
        {
            return false;
        }

        if (presence == ChunkFormat.SomeOne)
        {
            return present == Values;
        }

        long values = present;
        for (var i = 0; i < present; i++)
        {
            values += reader.Count(BlockLimits.MaxValues);
        }

        return presence == ChunkFormat.SomeSeveral && values == Values;
    }

    private void ReadDocuments()
    {
        _documents.Clear();
        var bitBytes = (BlockDocuments + 7) / 8;
        var bits = _chunk.Slice(_presenceAt, bitBytes);
        var counts = new ChunkSpan(_chunk.Slice(_presenceAt + bitBytes, _bodyAt - _presenceAt - bitBytes));
        for (var i = 0; i < bits.Length; i++)
        {
            for (var left = bits[i]; left != 0; left &= (byte)(left - 1))
            {
                var document = (ushort)(i * 8 + BitOperations.TrailingZeroCount(left));
                for (var more = counts.Left == 0 ? 0 : counts.Count(BlockLimits.MaxValues); more >= 0; more--)
                {
                    _documents.Add(document);
                }
            }
        }
    }

    private void ReadFirsts()
    {
        var firsts = _firsts.Resize(BlockDocuments + 1);
        firsts.Clear();
        foreach (var document in DocumentsOfValues())
        {
            firsts[document + 1]++;
        }

        for (var i = 1; i < firsts.Length; i++)
        {
            firsts[i] += firsts[i - 1];
        }
    }

    private void ReadNumbers()
    {
        var values = _numbers.Resize(Values);
        var reader = new ChunkSpan(_chunk.Written[_bodyAt..]);
        var coding = reader.Byte();
        var isDelta = coding >= ChunkFormat.Delta;
        var width = isDelta ? coding - ChunkFormat.Delta : coding;
        if (width is not (0 or 1 or 2 or 4 or 8) || Values == 0)
        {
            ChunkSpan.Fail();
        }

        var first = reader.Zigzag();
        if (!isDelta)
        {
            Widen(reader.Bytes(Values * width), width, values);
            foreach (ref var value in values)
            {
                value = unchecked(value + first);
            }

            return;
        }

        var step = reader.Zigzag();
        values[0] = first;
        Widen(reader.Bytes((Values - 1) * width), width, values[1..]);
        for (var i = 1; i < values.Length; i++)
        {
            values[i] = unchecked(values[i - 1] + step + values[i]);
        }
    }

    private static void Widen(ReadOnlySpan<byte> bytes, int width, Span<long> values)
    {
        switch (width)
        {
            case 0:
                values.Clear();
                break;
            case 1:
                for (var i = 0; i < values.Length; i++)
                {
                    values[i] = bytes[i];
                }

                break;
            case 2:
                var shorts = MemoryMarshal.Cast<byte, ushort>(bytes);
                for (var i = 0; i < values.Length; i++)
                {
                    values[i] = Little(shorts[i]);
                }

                break;
            case 4:
                var ints = MemoryMarshal.Cast<byte, uint>(bytes);
                for (var i = 0; i < values.Length; i++)
                {
                    values[i] = Little(ints[i]);
                }

                break;
            default:
                var longs = MemoryMarshal.Cast<byte, long>(bytes);
                for (var i = 0; i < values.Length; i++)
                {
                    values[i] = BitConverter.IsLittleEndian ? longs[i] : BinaryPrimitives.ReverseEndianness(longs[i]);
                }

                break;
        }
    }

    private static ushort Little(ushort value) => BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);

    private static uint Little(uint value) => BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);

    private void LoadDictionary(ref ChunkSpan reader)
    {
        Distinct = reader.Count(ChunkFormat.MaxDistinct);
        var raw = reader.Count(BlockLimits.MaxUnpackedBytes);
        var stored = reader.Count(raw);
        _strings.Load(reader.Bytes(stored), raw, Distinct);
        _codesAt = reader.At;
        reader.Bytes(Values * ChunkFormat.CodeWidth(Distinct));
        if (Distinct == 0)
        {
            ChunkSpan.Fail();
        }
    }

    private void ReadCodes()
    {
        var codes = _codes.Resize(Values);
        var bytes = _chunk.Written[_codesAt..];
        switch (ChunkFormat.CodeWidth(Distinct))
        {
            case 0:
                codes.Clear();
                break;
            case 1:
                for (var i = 0; i < codes.Length; i++)
                {
                    codes[i] = bytes[i];
                }

                break;
            default:
                for (var i = 0; i < codes.Length; i++)
                {
                    codes[i] = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(i * 2)..]);
                }

                break;
        }

        foreach (var code in codes)
        {
            if (code >= Distinct)
            {
                ChunkSpan.Fail();
            }
        }
    }

    private void LoadFrames(ref ChunkSpan reader)
    {
        _frames.Clear();
        var frames = reader.Count(Values);
        var first = 0;
        long at = 0;
        for (var i = 0; i < frames; i++)
        {
            var count = reader.Count(Values - first);
            var raw = reader.Count(BlockLimits.MaxUnpackedBytes);
            var stored = reader.Count(raw);
            _frames.Add(new Frame(first, count, (int)Math.Min(at, int.MaxValue), stored, raw));
            first += count;
            at += stored;
        }

        if (first != Values || at > reader.Left || frames == 0)
        {
            ChunkSpan.Fail();
        }

        foreach (ref var frame in _frames.Items)
        {
            frame = frame with { At = frame.At + reader.At };
        }
    }

    private readonly record struct Frame(int First, int Count, int At, int Stored, int Raw);
}
