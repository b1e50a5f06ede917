using Telemetry.Store;

namespace Telemetry.Indexer.Parsing;

/// <summary>
/// The headers of syslog: RFC 5424, and what follows the time in RFC 3164 and in files. Each returns where the message begins.
/// Not thread-safe.
/// </summary>
internal sealed class SyslogLine(LineDraft draft)
{
    private const int MaxTag = 64;

    private readonly Scratch _unescaped = new();

    /// <summary><c>&lt;PRI&gt;</c>: sets priority and level. 0 when there is none.</summary>
    public static int ReadPriority(ReadOnlySpan<byte> line, out int priority)
    {
        priority = 0;
        var end = line[..Math.Min(line.Length, 5)].IndexOf((byte)'>');
        if (end < 2 || line[0] != '<')
        {
            return 0;
        }

        foreach (var c in line[1..end])
        {
            if ((uint)(c - '0') > 9)
            {
                return 0;
            }

            priority = (priority * 10) + (c - '0');
        }

        return priority <= 191 ? end + 1 : 0;
    }

    /// <summary>Keeps a priority and, of it, the level.</summary>
    public void SetPriority(int priority)
    {
        draft.Document.Set(Fields.SyslogPriority, priority);
        draft.SetLevel(Levels.OfSeverity(priority & 7));
    }

    /// <summary>
    /// RFC 5424 section 6 after the priority: <c>1 TIMESTAMP HOSTNAME APP-NAME PROCID MSGID SD MSG</c>. 0 when it is none.
    /// </summary>
    public int ReadHeader(ReadOnlySpan<byte> line)
    {
        if (!line.StartsWith("1 "u8))
        {
            return 0;
        }

        var at = 2;
        var written = Word(line, ref at);
        if (!written.SequenceEqual("-"u8))
        {
            if (!TimeReader.TryRead(written, draft.Context, out var time) || time.Length != written.Length)
            {
                return 0;
            }

            draft.SetTime(time.UnixUs, written);
        }

        var host = Word(line, ref at);
        draft.Set(Fields.SyslogHost, Known(host));
        draft.Set(Fields.ProcessName, Known(Word(line, ref at)));
        draft.SetNumber(Fields.ProcessPid, Word(line, ref at));
        draft.Set(Fields.EventCode, Known(Word(line, ref at)));
        at = Math.Min(StructuredData(line, at), line.Length);
        while (at < line.Length && line[at] == ' ')
        {
            at++;
        }

        // Section 6.4: MSG may begin with a byte order mark.
        return line[at..].StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? at + 3 : at;
    }

    /// <summary><c>HOST PROGRAM[PID]: </c> at the beginning of <paramref name="text"/>. 0 when it is none.</summary>
    /// <param name="text">What follows the time and a space.</param>
    /// <param name="needPid">True where other formats look alike without one.</param>
    public int ReadTag(ReadOnlySpan<byte> text, bool needPid)
    {
        var at = 0;
        var host = Word(text, ref at);
        if (host.IsEmpty || host.EndsWith(":"u8) || host[0] == '[' || Levels.TryParse(host, out _))
        {
            return 0;
        }

        while (at < text.Length && text[at] == ' ')
        {
            at++;
        }

        var start = at = Math.Min(at, text.Length);
        while (at < text.Length && at - start < MaxTag && text[at] is not ((byte)' ' or (byte)':' or (byte)'['))
        {
            at++;
        }

        var program = text[start..at];
        ReadOnlySpan<byte> pid = default;
        if (at < text.Length && text[at] == '[' && text[at..].IndexOf((byte)']') is > 0 and var close)
        {
            pid = text.Slice(at + 1, close - 1);
            at += close + 1;
        }

        // "syslogd 1.4.1: restart." names its version between program and colon.
        if (at < text.Length && text[at] == ' ' && !needPid && pid.IsEmpty && text[at..].IndexOf((byte)':') is > 0 and < 12 and var version
            && !text.Slice(at + 1, version - 1).Contains((byte)' '))
        {
            at += version;
        }

        if (at >= text.Length || text[at] != ':' || program.IsEmpty || (needPid && pid.IsEmpty))
        {
            return 0;
        }

        draft.Set(Fields.SyslogHost, host);
        draft.Set(Fields.ProcessName, program);
        draft.SetNumber(Fields.ProcessPid, pid);
        at++;
        return at < text.Length && text[at] == ' ' ? at + 1 : at;
    }

    // Section 6.3: "-" or [id name="value" …]…, where \" \\ \] are escaped.
    private int StructuredData(ReadOnlySpan<byte> line, int at)
    {
        if (at >= line.Length || line[at] != '[')
        {
            return at + 1;
        }

        while (at < line.Length && line[at] == '[')
        {
            at++;
            while (at < line.Length && line[at] is not ((byte)' ' or (byte)']'))
            {
                at++;
            }

            while (at < line.Length && line[at] == ' ')
            {
                at++;
                at = Parameter(line, at);
            }

            at++;
        }

        return at;
    }

    private int Parameter(ReadOnlySpan<byte> line, int at)
    {
        var equals = line[at..].IndexOf((byte)'=');
        if (equals < 0 || at + equals + 1 >= line.Length || line[at + equals + 1] != '"')
        {
            return line.Length;
        }

        var start = at + equals + 2;
        var end = JsonText.FindEnd(line, start, out var escaped);
        if (end < 0)
        {
            return line.Length;
        }

        var value = escaped ? Unescaped(line[start..end]) : line[start..end];
        draft.Take(draft.Rule(line.Slice(at, equals)), ValueKind.Text, value, isElement: false, clef: true);
        return end + 1;
    }

    // Section 6.3.3: a backslash before anything else is no escape.
    private ReadOnlySpan<byte> Unescaped(ReadOnlySpan<byte> value)
    {
        _unescaped.Clear();
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '\\' && i + 1 < value.Length && value[i + 1] is (byte)'"' or (byte)'\\' or (byte)']')
            {
                i++;
            }

            _unescaped.Append(value[i]);
        }

        return _unescaped.Written;
    }

    private static ReadOnlySpan<byte> Word(ReadOnlySpan<byte> line, ref int at)
    {
        var start = Math.Min(at, line.Length);
        var end = line[start..].IndexOf((byte)' ');
        var word = end < 0 ? line[start..] : line.Slice(start, end);
        at = start + word.Length + 1;
        return word;
    }

    private static ReadOnlySpan<byte> Known(ReadOnlySpan<byte> value) => value.SequenceEqual("-"u8) ? default : value;
}
