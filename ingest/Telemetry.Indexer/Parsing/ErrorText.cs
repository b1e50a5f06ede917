using Telemetry.Store;

namespace Telemetry.Indexer.Parsing;

/// <summary>
/// Finds type, message and stack trace in the text of an exception as .NET, Java, Python, Go and JavaScript print it.
/// </summary>
internal static class ErrorText
{
    private const int MaxTypeBytes = 200;

    /// <summary>Takes the value of an attribute that is an error: with frames it is a stack trace, else a message.</summary>
    public static bool TryTake(LineDraft draft, ReadOnlySpan<byte> text)
    {
        if (!HasFrames(text))
        {
            if (draft.Document.TryGet(Fields.ErrorMessage, out _) || text.IsEmpty)
            {
                return false;
            }

            if (TryHead(text, out var name, out var rest))
            {
                draft.Set(Fields.ErrorType, name);
                text = rest.IsEmpty ? text : rest;
            }

            draft.Set(Fields.ErrorMessage, text);
            return true;
        }

        if (draft.Document.TryGet(Fields.ErrorStackTrace, out _))
        {
            return false;
        }

        draft.Set(Fields.ErrorStackTrace, text);
        Describe(draft, text);
        return true;
    }

    /// <summary>Looks for a stack trace in the lines after the first of a record; sets what it finds.</summary>
    public static bool TryTakeLines(LineDraft draft, ReadOnlySpan<byte> record)
    {
        if (!HasFrames(record))
        {
            return false;
        }

        draft.Set(Fields.ErrorStackTrace, FromHead(record));
        Describe(draft, record);
        return true;
    }

    /// <summary>True when some line is a frame of a stack.</summary>
    public static bool HasFrames(ReadOnlySpan<byte> text)
    {
        foreach (var line in new LineWalk(text))
        {
            var trimmed = line.TrimStart(" \t"u8);
            if (line.Length != trimmed.Length
                && (trimmed.StartsWith("at "u8) || (trimmed.StartsWith("File \""u8) && trimmed.Contains((byte)',')))
                || line.StartsWith("goroutine "u8) && line.EndsWith("]:"u8))
            {
                return true;
            }
        }

        return false;
    }

    // The trace without a line before it that only logs: from the line that names the exception on.
    private static ReadOnlySpan<byte> FromHead(ReadOnlySpan<byte> record)
    {
        var first = record.IndexOf((byte)'\n');
        return first < 0 || NamesException(record[..first]) ? record : record[(first + 1)..];
    }

    private static bool NamesException(ReadOnlySpan<byte> line) =>
        line.StartsWith("Unhandled exception."u8) || line.StartsWith("Traceback "u8) || line.StartsWith("panic: "u8)
        || line.StartsWith("Exception in thread "u8) || TryHead(line, out _, out _);

    private static void Describe(LineDraft draft, ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> python = default;
        var inTraceback = false;
        foreach (var line in new LineWalk(text))
        {
            if (line.StartsWith("Traceback "u8))
            {
                inTraceback = true;
            }
            else if (inTraceback && !line.IsEmpty && line[0] is not ((byte)' ' or (byte)'\t'))
            {
                // The last exception of a chain is the one that was not handled.
                python = line;
                inTraceback = false;
            }
            else if (!inTraceback && python.IsEmpty && line.StartsWith("panic: "u8))
            {
                Go(draft, line[7..]);
                return;
            }
            else if (!inTraceback && python.IsEmpty && TryHead(Stripped(line), out var type, out var message))
            {
                draft.Set(Fields.ErrorType, type);
                draft.Set(Fields.ErrorMessage, message);
                return;
            }
        }

        if (!python.IsEmpty)
        {
            var colon = python.IndexOf(": "u8);
            draft.Set(Fields.ErrorType, Utf8Text.Cut(colon < 0 ? python : python[..colon], MaxTypeBytes));
            draft.Set(Fields.ErrorMessage, colon < 0 ? default : python[(colon + 2)..]);
        }
    }

    private static void Go(LineDraft draft, ReadOnlySpan<byte> message)
    {
        var runtime = message.StartsWith("runtime error: "u8);
        draft.Set(Fields.ErrorType, runtime ? "runtime error"u8 : "panic"u8);
        draft.Set(Fields.ErrorMessage, runtime ? message[15..] : message);
    }

    // "Unhandled exception. System…", "Exception in thread "main" java…", "Caused by: java…"
    private static ReadOnlySpan<byte> Stripped(ReadOnlySpan<byte> line)
    {
        if (line.StartsWith("Unhandled exception. "u8))
        {
            return line[21..];
        }

        if (line.StartsWith("Exception in thread \""u8) && line[21..].IndexOf((byte)'"') is >= 0 and var quote)
        {
            return line[(21 + quote + 1)..].TrimStart((byte)' ');
        }

        return line.TrimStart(" \t"u8);
    }

    // "System.InvalidOperationException: cart is empty", "java.lang.NullPointerException", "TypeError: x is undefined"
    private static bool TryHead(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> type, out ReadOnlySpan<byte> message)
    {
        var end = 0;
        while (end < line.Length && end <= MaxTypeBytes && IsNameByte(line[end]))
        {
            end++;
        }

        type = line[..end];
        message = default;
        if (end < 5 || (end < line.Length && line[end] is not ((byte)':' or (byte)' ' or (byte)'\r'))
            || !(type.EndsWith("Exception"u8) || type.EndsWith("Error"u8) || type.EndsWith("Throwable"u8)
                || type.EndsWith("Fault"u8) || type.EndsWith("Interrupt"u8) || type.EndsWith("Panic"u8)))
        {
            return false;
        }

        // .NET prints an error code between: "System.Net.Sockets.SocketException (111): Connection refused".
        var rest = line[end..];
        if (rest.StartsWith(" ("u8) && rest.IndexOf((byte)')') is > 0 and var close)
        {
            rest = rest[(close + 1)..];
        }

        if (!rest.IsEmpty && rest[0] != ':' && rest[0] != '\r')
        {
            return false;
        }

        message = rest.IsEmpty ? rest : rest[1..].Trim(" \r"u8);
        return true;
    }

    private static bool IsNameByte(byte c) =>
        (uint)((c | 0x20) - 'a') <= 25 || (uint)(c - '0') <= 9 || c is (byte)'.' or (byte)'_' or (byte)'$' or (byte)'+' or (byte)'`' or (byte)'/';
}
