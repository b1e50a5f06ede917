namespace Telemetry.Shipper.Text;

/// <summary>What shows that a line begins a record. Pure predicates over one line without its line end.</summary>
internal static class RecordHead
{
    private const int MaxLevelBytes = 8;

    /// <summary>
    /// "fail: Shop.Cart[0]", the first line of .NET's default console logger: message and exception follow, indented by six.
    /// </summary>
    public static bool IsConsoleLogger(ReadOnlySpan<byte> line)
    {
        if (line.Length < 10 || line[^1] != (byte)']' || !line[4..].StartsWith(": "u8) || !IsConsoleLevel(line[..4]))
        {
            return false;
        }

        var bracket = line.LastIndexOf((byte)'[');
        return bracket > 6 && line[(bracket + 1)..^1] is { IsEmpty: false } id && !id.TrimStart((byte)'-').ContainsAnyExceptInRange((byte)'0', (byte)'9');
    }

    /// <summary>A line of a message that begins so is not told from a record that begins so, and is taken for one.</summary>
    public static bool MayBeginWith(byte first) => char.IsAsciiDigit((char)first) || first is (byte)'[' or (byte)'{' or (byte)'<';

    /// <summary>A time, a bracket, a level or a month: no message goes on like that.</summary>
    public static bool Begins(ReadOnlySpan<byte> line) =>
        !line.IsEmpty && (MayBeginWith(line[0]) || BeginsWithLevel(line) || BeginsWithMonth(line) || IsConsoleLogger(line));

    private static bool IsConsoleLevel(ReadOnlySpan<byte> word) =>
        word.SequenceEqual("trce"u8) || word.SequenceEqual("dbug"u8) || word.SequenceEqual("info"u8)
        || word.SequenceEqual("warn"u8) || word.SequenceEqual("fail"u8) || word.SequenceEqual("crit"u8);

    private static bool BeginsWithLevel(ReadOnlySpan<byte> line)
    {
        var end = line.IndexOfAny((byte)' ', (byte)':');
        if (end is <= 0 or > MaxLevelBytes)
        {
            return false;
        }

        var word = line[..end];
        return word.SequenceEqual("TRACE"u8) || word.SequenceEqual("DEBUG"u8) || word.SequenceEqual("INFO"u8)
            || word.SequenceEqual("WARN"u8) || word.SequenceEqual("WARNING"u8) || word.SequenceEqual("ERROR"u8)
            || word.SequenceEqual("FATAL"u8) || word.SequenceEqual("CRITICAL"u8);
    }

    /// <summary>"Nov 25 10:00:00" and "Nov  5 …", as syslog writes it.</summary>
    private static bool BeginsWithMonth(ReadOnlySpan<byte> line) =>
        line.Length > 6 && line[3] == (byte)' ' && char.IsAsciiDigit((char)line[5])
        && "JanFebMarAprMayJunJulAugSepOctNovDec"u8.IndexOf(line[..3]) is >= 0 and var at && at % 3 == 0;
}
