using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Telemetry.Indexer.Parsing;

/// <summary>Makes bytes text.</summary>
internal static class Utf8Text
{
    /// <summary>U+FFFD.</summary>
    private static ReadOnlySpan<byte> Replacement => [0xEF, 0xBF, 0xBD];

    /// <summary>True for valid UTF-8 without NUL.</summary>
    public static bool IsClean(ReadOnlySpan<byte> bytes) => Utf8.IsValid(bytes) && !bytes.Contains((byte)0);

    /// <summary>Appends the bytes with U+FFFD for each maximal invalid part (Unicode 3.9, best practice) and each NUL.</summary>
    public static void AppendClean(ReadOnlySpan<byte> bytes, Scratch output)
    {
        while (!bytes.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(bytes, out var rune, out var used);
            output.Append(status == OperationStatus.Done && rune.Value != 0 ? bytes[..used] : Replacement);
            bytes = bytes[used..];
        }
    }

    /// <summary>Appends valid UTF-8 without ANSI escape sequences (ECMA-48: CSI … final byte, OSC … BEL or ST, ESC x).</summary>
    public static void AppendPlain(ReadOnlySpan<byte> text, Scratch output)
    {
        while (!text.IsEmpty)
        {
            var escape = text.IndexOf((byte)0x1B);
            if (escape < 0)
            {
                output.Append(text);
                return;
            }

            output.Append(text[..escape]);
            text = text[(escape + EscapeLength(text[escape..]))..];
        }
    }

    /// <summary>At most <paramref name="maxBytes"/>, not within a character.</summary>
    public static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> text, int maxBytes)
    {
        if (text.Length <= maxBytes)
        {
            return text;
        }

        var end = maxBytes;
        while (end > 0 && (text[end] & 0xC0) == 0x80)
        {
            end--;
        }

        return text[..end];
    }

    private static int EscapeLength(ReadOnlySpan<byte> text)
    {
        if (text.Length < 2)
        {
            return text.Length;
        }

        if (text[1] == '[')
        {
            var i = 2;
            while (i < text.Length && text[i] is >= 0x20 and <= 0x3F)
            {
                i++;
            }

            return i < text.Length && text[i] is >= 0x40 and <= 0x7E ? i + 1 : i;
        }

        if (text[1] == ']')
        {
            var end = text.IndexOfAny((byte)0x07, (byte)'\n');
            return end < 0 ? 2 : end + (text[end] == 0x07 ? 1 : 0);
        }

        return text[1] < 0x80 ? 2 : 1;
    }
}
