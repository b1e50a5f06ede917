using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;
using System.Text.Unicode;

namespace Telemetry.Store.Elasticsearch.Writing;

/// <summary>
/// Writes bytes as the inside of a JSON string (RFC 8259 §7): what is clean is copied 16 bytes at a time while it is looked at. What
/// is no UTF-8 becomes U+FFFD, so that a broken line cannot break the request that carries it.
/// </summary>
internal static class JsonEscape
{
    // Longest escape of one byte: \u001f.
    private const int Longest = 6;

    public static void Append(ByteBuffer buffer, ReadOnlySpan<byte> text)
    {
        var anyAbove127 = false;
        while (true)
        {
            var room = buffer.Reserve(text.Length + Longest);
            var clean = CopyClean(text, room, anyAbove127);
            buffer.Advance(clean);
            if (clean == text.Length)
            {
                return;
            }

            text = text[clean..];
            room = room[clean..];
            if (text[0] < 0x80)
            {
                buffer.Advance(Escape(text[0], room));
                text = text[1..];
            }
            else if (!anyAbove127 && Utf8.IsValid(text))
            {
                anyAbove127 = true;
            }
            else
            {
                Rune.DecodeFromUtf8(text, out var rune, out var consumed);
                buffer.Advance(rune.EncodeToUtf8(room));
                text = text[consumed..];
            }
        }
    }

    /// <summary>Copies up to the first byte that cannot be copied, and returns how many.</summary>
    private static int CopyClean(ReadOnlySpan<byte> from, Span<byte> to, bool anyAbove127)
    {
        ref var source = ref MemoryMarshal.GetReference(from);
        ref var target = ref MemoryMarshal.GetReference(to[..from.Length]);
        var i = 0;
        for (; from.Length - i >= Vector128<byte>.Count; i += Vector128<byte>.Count)
        {
            var block = Vector128.LoadUnsafe(ref source, (nuint)i);
            block.StoreUnsafe(ref target, (nuint)i);
            var stops = Stops(block, anyAbove127);
            if (stops != 0)
            {
                return i + BitOperations.TrailingZeroCount(stops);
            }
        }

        if (from.Length - i >= sizeof(ulong))
        {
            var word = BinaryPrimitives.ReadUInt64LittleEndian(from[i..]);
            BinaryPrimitives.WriteUInt64LittleEndian(to[i..], word);
            var stops = Stops(Vector128.CreateScalar(word).AsByte(), anyAbove127) & 0xFF;
            if (stops != 0)
            {
                return i + BitOperations.TrailingZeroCount(stops);
            }

            i += sizeof(ulong);
        }

        for (; i < from.Length && IsClean(from[i], anyAbove127); i++)
        {
            to[i] = from[i];
        }

        return i;
    }

    private static uint Stops(Vector128<byte> block, bool anyAbove127)
    {
        // As signed bytes those above 127 lie below the control characters.
        var control = anyAbove127
            ? Vector128.LessThan(block, Vector128.Create((byte)0x20))
            : Vector128.LessThan(block.AsSByte(), Vector128.Create((sbyte)0x20)).AsByte();
        return (control | Vector128.Equals(block, Vector128.Create((byte)'"'))
            | Vector128.Equals(block, Vector128.Create((byte)'\\'))).ExtractMostSignificantBits();
    }

    private static bool IsClean(byte value, bool anyAbove127) =>
        value >= 0x20 && value != '"' && value != '\\' && (value < 0x80 || anyAbove127);

    private static int Escape(byte value, Span<byte> to)
    {
        to[0] = (byte)'\\';
        var letter = value switch
        {
            (byte)'"' or (byte)'\\' => value,
            (byte)'\n' => (byte)'n',
            (byte)'\r' => (byte)'r',
            (byte)'\t' => (byte)'t',
            _ => (byte)0,
        };
        if (letter != 0)
        {
            to[1] = letter;
            return 2;
        }

        "u00"u8.CopyTo(to[1..]);
        to[4] = (byte)('0' + (value >> 4));
        to[5] = "0123456789abcdef"u8[value & 0xF];
        return 6;
    }
}
