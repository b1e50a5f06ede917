using System.Buffers.Binary;

namespace Telemetry.Wire;

/// <summary>
/// Reads Protocol Buffers from a span without allocating. Hostile input ends in <c>false</c> and <see cref="Failed"/>,
/// never in an exception.
/// </summary>
public ref struct ProtoReader(ReadOnlySpan<byte> input)
{
    private ReadOnlySpan<byte> _rest = input;

    /// <summary>Number of the current field.</summary>
    public int Field { get; private set; }

    /// <summary>Value of the current field when it is a varint, fixed32 or fixed64.</summary>
    public ulong Number { get; private set; }

    /// <summary>Value of the current field when it is length-delimited.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Wire type of the current field: 0 varint, 1 fixed64, 2 bytes, 5 fixed32.</summary>
    public int WireType { get; private set; }

    /// <summary>True when the input broke the encoding.</summary>
    public bool Failed { get; private set; }

    /// <summary>Bytes not read yet.</summary>
    public readonly int Remaining => _rest.Length;

    /// <summary>Moves to the next field. False at the end and when the input is malformed.</summary>
    public bool Next()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        if (!TryVarint(out var tag) || tag >> 3 is 0 or > 536_870_911)
        {
            return Fail();
        }

        Field = (int)(tag >> 3);
        WireType = (int)(tag & 7);
        Bytes = default;
        switch (WireType)
        {
            case 0 when TryVarint(out var number):
                Number = number;
                return true;
            case 1 when _rest.Length >= 8:
                Number = BinaryPrimitives.ReadUInt64LittleEndian(_rest);
                _rest = _rest[8..];
                return true;
            case 2 when TryVarint(out var length) && length <= (ulong)_rest.Length:
                Bytes = _rest[..(int)length];
                _rest = _rest[(int)length..];
                return true;
            case 5 when _rest.Length >= 4:
                Number = BinaryPrimitives.ReadUInt32LittleEndian(_rest);
                _rest = _rest[4..];
                return true;
            default:
                return Fail();
        }
    }

    private bool TryVarint(out ulong value)
    {
        value = 0;
        for (var i = 0; i < _rest.Length && i < 10; i++)
        {
            value |= (ulong)(_rest[i] & 0x7F) << (7 * i);
            if (_rest[i] < 0x80)
            {
                _rest = _rest[(i + 1)..];
                return true;
            }
        }

        return false;
    }

    private bool Fail()
    {
        Failed = true;
        _rest = default;
        return false;
    }
}
