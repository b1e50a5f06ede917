using System.Buffers;
using System.Text;

namespace Telemetry.Grpc;

/// <summary>
/// <c>grpc-message</c>: UTF-8 with every byte outside 0x20–0x7E, and <c>%</c>, as <c>%XX</c> (PROTOCOL-HTTP2.md,
/// "Status-Message"). <c>"50% ☃"</c> is <c>"50%25 %E2%98%83"</c>.
/// </summary>
internal static class PercentEncoding
{
    private static readonly SearchValues<char> _plain =
        SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c).Where(c => c != '%')]);

    /// <summary>Lone surrogates become U+FFFD.</summary>
    public static string Encode(string text)
    {
        if (!text.AsSpan().ContainsAnyExcept(_plain))
        {
            return text;
        }

        var output = new StringBuilder(text.Length + 16);
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            if (b is >= 0x20 and <= 0x7E and not (byte)'%')
            {
                output.Append((char)b);
            }
            else
            {
                output.Append('%').Append(HexDigit(b >> 4)).Append(HexDigit(b & 0xF));
            }
        }

        return output.ToString();
    }

    /// <summary>
    /// Never fails: "decoders MUST NOT error … values should be passed on as they are". What is no valid <c>%XX</c> stays,
    /// and bytes that are no UTF-8 become U+FFFD.
    /// </summary>
    public static string Decode(string text)
    {
        if (!text.Contains('%', StringComparison.Ordinal))
        {
            return text;
        }

        var source = Encoding.UTF8.GetBytes(text);
        var length = 0;
        for (var i = 0; i < source.Length; i++)
        {
            if (source[i] == '%' && i + 2 < source.Length && TryHex(source[i + 1], out var high)
                && TryHex(source[i + 2], out var low))
            {
                source[length++] = (byte)(high << 4 | low);
                i += 2;
            }
            else
            {
                source[length++] = source[i];
            }
        }

        return Encoding.UTF8.GetString(source, 0, length);
    }

    private static char HexDigit(int value) => (char)(value < 10 ? '0' + value : 'A' + value - 10);

    private static bool TryHex(byte digit, out int value)
    {
        value = digit switch
        {
            >= (byte)'0' and <= (byte)'9' => digit - '0',
            >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
            >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
            _ => -1,
        };
        return value >= 0;
    }
}
