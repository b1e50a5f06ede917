using System.Buffers;

namespace Telemetry.Shipper.Text;

/// <summary>What the lines of stack traces look like. Pure predicates over one line without its line end.</summary>
internal static class TraceLine
{
    private const int MaxHeadBytes = 512;

    private static readonly SearchValues<byte> NameBytes =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.$+`"u8);

    /// <summary>"   at X.Y(...)", " ---> X: ...", "   --- End of ...", "\t... 12 more", "\tSuppressed: ...".</summary>
    public static bool IsFrame(ReadOnlySpan<byte> line)
    {
        var text = line.TrimStart(" \t"u8);
        if (text.Length == line.Length)
        {
            return false;
        }

        return text.StartsWith("at "u8) && text.IndexOfAny((byte)'(', (byte)':') > 0
            || text.StartsWith("---> "u8)
            || text.StartsWith("--- End of "u8)
            || text.StartsWith("... "u8) && text.Length > 4 && char.IsAsciiDigit((char)text[4])
            || text.StartsWith("Suppressed: "u8)
            || text.StartsWith("Caused by: "u8);
    }

    /// <summary>What may follow a frame besides an empty line.</summary>
    public static bool ContinuesTrace(ReadOnlySpan<byte> line) =>
        IsFrame(line) || line.StartsWith("Caused by: "u8) || line.StartsWith("--- End of stack trace "u8);

    /// <summary>Begins what the .NET runtime prints before it ends the process.</summary>
    public static bool IsLastWords(ReadOnlySpan<byte> line) =>
        line.StartsWith("Unhandled exception. "u8) || line.StartsWith("Unhandled Exception: "u8)
        || line.StartsWith("Process terminated."u8) || line.SequenceEqual("Stack overflow."u8) || line.SequenceEqual("Out of memory."u8);

    /// <summary>Around the frames of a recursion: "Repeat 1234 times:" and a rule of dashes.</summary>
    public static bool IsRepeatMark(ReadOnlySpan<byte> line) => line.StartsWith("Repeat "u8) || line.StartsWith("--------"u8);

    /// <summary>Begins a trace that stands alone: an uncaught exception of Java, or an exception's own name.</summary>
    public static bool IsExceptionHead(ReadOnlySpan<byte> line) =>
        line.StartsWith("Exception in thread "u8) || IsNamedException(line);

    /// <summary>"Shop.CartException: ..." or "java.lang.OutOfMemoryError".</summary>
    public static bool IsNamedException(ReadOnlySpan<byte> line)
    {
        var end = line.IndexOfAnyExcept(NameBytes);
        var name = end < 0 ? line : line[..end];
        return (end < 0 || line[end] == (byte)':')
            && (name.EndsWith("Exception"u8) || name.EndsWith("Error"u8)) && name.Contains((byte)'.');
    }

    /// <summary>False when a line that begins so is neither a named exception nor the head of a Python or Go trace.</summary>
    public static bool MayBeTrace(ReadOnlySpan<byte> rest)
    {
        if (!char.IsAsciiLetter((char)rest[0]))
        {
            return false;
        }

        if (MayBegin(rest, "Traceback (most"u8) || MayBegin(rest, "goroutine "u8))
        {
            return true;
        }

        var end = rest.IndexOfAnyExcept(NameBytes);
        if (end < 0)
        {
            return true;
        }

        return rest[end] is (byte)':' or (byte)'\n' or (byte)'\r'
            && (rest[..end].EndsWith("Exception"u8) || rest[..end].EndsWith("Error"u8));
    }

    /// <summary>"  + Exception Group Traceback (most recent call last):".</summary>
    public static bool IsExceptionGroup(ReadOnlySpan<byte> line) => line.StartsWith("  + Exception Group Traceback "u8);

    /// <summary>"  | ValueError: x" and "    +---------------- 2 ----------------".</summary>
    public static bool IsOfExceptionGroup(ReadOnlySpan<byte> line) =>
        line.TrimStart((byte)' ') is { IsEmpty: false } text && text.Length < line.Length && text[0] is (byte)'|' or (byte)'+';

    /// <summary>"Traceback (most recent call last):".</summary>
    public static bool IsTraceback(ReadOnlySpan<byte> line) => line.StartsWith("Traceback (most recent call last):"u8);

    /// <summary>The sentence between two linked tracebacks.</summary>
    public static bool LinksTracebacks(ReadOnlySpan<byte> line) =>
        line.StartsWith("During handling of the above exception"u8)
        || line.StartsWith("The above exception was the direct cause"u8);

    /// <summary>"goroutine 17 [running]:" and "runtime stack:".</summary>
    public static bool IsGoroutine(ReadOnlySpan<byte> line) =>
        line.StartsWith("goroutine "u8) && line.EndsWith("]:"u8) || line.SequenceEqual("runtime stack:"u8);

    /// <summary>"main.(*Cart).Add(0xc000012345, ...)" and "created by main.main in goroutine 1".</summary>
    public static bool IsGoFunction(ReadOnlySpan<byte> line) =>
        line.StartsWith("created by "u8)
        || line[^1] == (byte)')' && line.IndexOf((byte)'(') > 0 && line.IndexOfAny((byte)' ', (byte)'(') == line.IndexOf((byte)'(');

    /// <summary>True when a line that begins with these bytes, perhaps all that is there of it, may begin with the word.</summary>
    private static bool MayBegin(ReadOnlySpan<byte> rest, ReadOnlySpan<byte> word) =>
        rest.StartsWith(word[..Math.Min(word.Length, rest.Length)]);

    /// <summary>A line of a level or wording that may come with an exception.</summary>
    public static bool SpeaksOfAnError(ReadOnlySpan<byte> line)
    {
        Span<byte> lower = stackalloc byte[MaxHeadBytes];
        line = line[..Math.Min(line.Length, MaxHeadBytes)];
        for (var i = 0; i < line.Length; i++)
        {
            lower[i] = char.IsAsciiLetterUpper((char)line[i]) ? (byte)(line[i] | 0x20) : line[i];
        }

        lower = lower[..line.Length];
        return lower.IndexOf("err"u8) >= 0 || lower.IndexOf("exception"u8) >= 0 || lower.IndexOf("fail"u8) >= 0
            || lower.IndexOf("warn"u8) >= 0 || lower.IndexOf("wrn"u8) >= 0 || lower.IndexOf("crit"u8) >= 0
            || lower.IndexOf("fatal"u8) >= 0 || lower.IndexOf("ftl"u8) >= 0 || lower.IndexOf("panic"u8) >= 0;
    }
}
