using System.Buffers.Binary;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>Longs, dates, booleans and doubles by their bits.</summary>
internal sealed class NumberColumnBuilder(FieldName name) : ColumnBuilder(name)
{
    private readonly Growing<long> _values = new();

    public override bool IsText => false;

    public ReadOnlySpan<long> Values => _values.Items;

    public override void Add(int document, Document source, in DocumentField value) => Add(document, value.Number);

    public void Add(int document, long value)
    {
        AddValueOf(document);
        _values.Add(value);
    }

    public override void Clear()
    {
        base.Clear();
        _values.Clear();
    }

    protected override byte EncodeBody(int first, int end, ChunkEncoder encoder)
    {
        var output = encoder.Output;
        var values = _values.Items[first..end];
        var (min, max) = (values[0], values[0]);
        var (minStep, maxStep) = (long.MaxValue, long.MinValue);
        for (var i = 1; i < values.Length; i++)
        {
            (min, max) = (Math.Min(min, values[i]), Math.Max(max, values[i]));
            var step = unchecked(values[i] - values[i - 1]);
            (minStep, maxStep) = (Math.Min(minStep, step), Math.Max(maxStep, step));
        }

        var width = Width(unchecked((ulong)(max - min)));
        var stepWidth = values.Length == 1 ? 0 : Width(unchecked((ulong)(maxStep - minStep)));
        if (stepWidth < width)
        {
            output.Add((byte)(ChunkFormat.Delta + stepWidth));
            output.AddZigzag(values[0]);
            output.AddZigzag(minStep);
            EncodeSteps(values, minStep, stepWidth, output);
        }
        else
        {
            output.Add((byte)width);
            output.AddZigzag(min);
            EncodeOffsets(values, min, width, output);
        }

        return ChunkFormat.Numbers;
    }

    private static void EncodeOffsets(ReadOnlySpan<long> values, long min, int width, ByteList output)
    {
        var bytes = output.Reserve(values.Length * width);
        for (var i = 0; i < values.Length; i++)
        {
            Put(bytes, i, width, unchecked((ulong)(values[i] - min)));
        }
    }

    private static void EncodeSteps(ReadOnlySpan<long> values, long minStep, int width, ByteList output)
    {
        var bytes = output.Reserve((values.Length - 1) * width);
        for (var i = 1; i < values.Length; i++)
        {
            Put(bytes, i - 1, width, unchecked((ulong)(values[i] - values[i - 1] - minStep)));
        }
    }

    private static void Put(Span<byte> bytes, int index, int width, ulong value)
    {
        switch (width)
        {
            case 1: bytes[index] = (byte)value; break;
            case 2: BinaryPrimitives.WriteUInt16LittleEndian(bytes[(index * 2)..], (ushort)value); break;
            case 4: BinaryPrimitives.WriteUInt32LittleEndian(bytes[(index * 4)..], (uint)value); break;
            case 8: BinaryPrimitives.WriteUInt64LittleEndian(bytes[(index * 8)..], value); break;
            default: break;
        }
    }

    private static int Width(ulong range) => range switch
    {
        0 => 0,
        <= byte.MaxValue => 1,
        <= ushort.MaxValue => 2,
        <= uint.MaxValue => 4,
        _ => 8,
    };
}
