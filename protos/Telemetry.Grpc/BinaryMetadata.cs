namespace Telemetry.Grpc;

/// <summary>
/// Values of <c>-bin</c> metadata: base64, written without padding and read with or without; several values may be joined
/// with commas, and are split before they are decoded (PROTOCOL-HTTP2.md, "Binary Header").
/// </summary>
internal static class BinaryMetadata
{
    public static string Encode(ReadOnlySpan<byte> value) => Convert.ToBase64String(value).TrimEnd('=');

    public static bool TryDecodeLast(string text, out byte[] value)
    {
        value = [];
        var last = text.AsSpan(text.LastIndexOf(',') + 1).Trim().TrimEnd('=');
        if (last.Length % 4 == 1)
        {
            return false;
        }

        var padded = string.Concat(last, "===".AsSpan(0, (4 - last.Length % 4) % 4));
        var buffer = new byte[padded.Length / 4 * 3];
        if (!Convert.TryFromBase64String(padded, buffer, out var written))
        {
            return false;
        }

        value = buffer[..written];
        return true;
    }
}
