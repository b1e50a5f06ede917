namespace Telemetry.Store.Sqlite.Documents;

/// <summary>
/// Keywords, addresses and texts. Values are numbered by a dictionary as they come; when most turn out to be distinct, the
/// rest of the block is kept plain, and so are the next blocks for a while.
/// </summary>
internal class TextColumnBuilder(FieldName name) : ColumnBuilder(name)
{
    private const int FirstLook = 512;
    private const int PlainBlocks = 16;

    private readonly ByteDictionary _distinct = new();
    private readonly ByteList _plain = new();

    // A code of the dictionary, or -1 - start in the plain bytes.
    private readonly Growing<int> _values = new();
    private readonly Growing<int> _lengths = new();
    private readonly Growing<int> _map = new();
    private readonly Growing<int> _used = new();
    private int _plainBlocksLeft;
    private bool _isPlain;
    private int _last = -1;

    public override bool IsText => true;

    public override void Add(int document, Document source, in DocumentField value) => Add(document, source.Text(value));

    public virtual void Add(int document, ReadOnlySpan<byte> utf8)
    {
        AddValueOf(document);
        _lengths.Add(utf8.Length);
        if (_isPlain)
        {
            _values.Add(-1 - _plain.Add(utf8));
            return;
        }

        if (_last < 0 || !utf8.SequenceEqual(_distinct[_last]))
        {
            _last = _distinct.GetOrAdd(utf8);
        }

        _values.Add(_last);
        if (_distinct.Count >= FirstLook && _distinct.Count > _values.Count / 2)
        {
            (_isPlain, _plainBlocksLeft) = (true, PlainBlocks);
        }
    }

    public override void Clear()
    {
        base.Clear();
        Release(_plain);
        _distinct.Clear();
        _values.Clear();
        _lengths.Clear();
        _last = -1;
        _isPlain = _plainBlocksLeft > 0;
        _plainBlocksLeft = Math.Max(0, _plainBlocksLeft - 1);
    }

    protected override byte EncodeBody(int first, int end, ChunkEncoder encoder)
    {
        if (!_isPlain && TryEncodeDictionary(first, end, encoder))
        {
            return ChunkFormat.Dictionary;
        }

        EncodeStrings(first, end, encoder);
        return ChunkFormat.Strings;
    }

    protected ReadOnlySpan<byte> Value(int index) =>
        _values[index] >= 0 ? _distinct[_values[index]] : _plain.Slice(-1 - _values[index], _lengths[index]);

    private bool TryEncodeDictionary(int first, int end, ChunkEncoder encoder)
    {
        var map = _map.Resize(_distinct.Count);
        map.Fill(-1);
        _used.Clear();
        foreach (var value in _values.Items[first..end])
        {
            if (map[value] < 0)
            {
                map[value] = _used.Count;
                _used.Add(value);
            }
        }

        if (_used.Count > 1 && _used.Count > (end - first) / 2 || _used.Count > ChunkFormat.MaxDistinct)
        {
            return false;
        }

        encoder.Output.AddVarint((ulong)_used.Count);
        EncodeDistinct(encoder);
        EncodeCodes(_values.Items[first..end], map, encoder.Output);
        return true;
    }

    private void EncodeDistinct(ChunkEncoder encoder)
    {
        var frame = encoder.Frame;
        frame.Clear();
        foreach (var code in _used.Items)
        {
            frame.AddVarint((ulong)_distinct[code].Length);
        }

        foreach (var code in _used.Items)
        {
            frame.Add(_distinct[code]);
        }

        encoder.AddPacked();
    }

    private void EncodeCodes(ReadOnlySpan<int> values, ReadOnlySpan<int> map, ByteList output)
    {
        switch (ChunkFormat.CodeWidth(_used.Count))
        {
            case 1:
                var codes = output.Reserve(values.Length);
                for (var i = 0; i < codes.Length; i++)
                {
                    codes[i] = (byte)map[values[i]];
                }

                break;
            case 2:
                foreach (var value in values)
                {
                    output.AddUInt16((ushort)map[value]);
                }

                break;
            default:
                break;
        }
    }

    private void EncodeStrings(int first, int end, ChunkEncoder encoder)
    {
        encoder.BeginFrames();
        while (first < end)
        {
            var next = EndOfFrame(first, end);
            var frame = encoder.Frame;
            frame.Clear();
            for (var i = first; i < next; i++)
            {
                frame.AddVarint((ulong)_lengths[i]);
            }

            for (var i = first; i < next; i++)
            {
                frame.Add(Value(i));
            }

            encoder.AddFrame(next - first);
            first = next;
        }

        encoder.EndFrames();
    }

    private int EndOfFrame(int first, int end)
    {
        long bytes = _lengths[first++];
        while (first < end && bytes + _lengths[first] <= BlockLimits.FrameBytes)
        {
            bytes += _lengths[first++];
        }

        return first;
    }

    // One block of huge values must not keep its memory for ever.
    private static void Release(ByteList bytes)
    {
        if (bytes.Capacity > BlockLimits.TargetTextBytes && bytes.Length < bytes.Capacity / 4)
        {
            bytes.Release();
        }
        else
        {
            bytes.Clear();
        }
    }
}
