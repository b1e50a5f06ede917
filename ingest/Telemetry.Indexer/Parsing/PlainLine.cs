using Telemetry.Store;

namespace Telemetry.Indexer.Parsing;

/// <summary>
/// A plain line: what stands before the message (priority, time, host and program, level, thread, logger) goes to fields, the
/// rest is the message. A record of several lines is recognised by its first; a stack trace in the others goes to
/// <c>error.*</c>. Not thread-safe.
/// </summary>
internal sealed class PlainLine(LineDraft draft)
{
    private readonly SyslogLine _syslog = new(draft);
    private readonly PrefixScan _prefix = new(draft);

    /// <summary>Reads a record. False when neither time nor level nor an error was found; the message is then not set.</summary>
    /// <param name="record">All of it.</param>
    /// <param name="first">Its first line.</param>
    public bool TryRead(ReadOnlySpan<byte> record, ReadOnlySpan<byte> first)
    {
        var format = "plain"u8;
        var hasError = Exclaims(first);
        var at = hasError ? 0 : ReadSyslog(first, ref format);
        if (at == 0 && !hasError)
        {
            at = ReadTimed(first, ref format);
        }

        // An exception's own text may begin after the prefix of the first line.
        hasError |= first.Length < record.Length && ErrorText.TryTakeLines(draft, record[Math.Min(at, first.Length)..]);

        if (!draft.HasTime && !draft.HasLevel && !hasError)
        {
            return false;
        }

        draft.SetMessage(Message(record, first, at, hasError));
        draft.Document.Set(Fields.TelemetryFormat, format);
        return true;
    }

    private static ReadOnlySpan<byte> Message(
        ReadOnlySpan<byte> record, ReadOnlySpan<byte> first, int at, bool hasError)
    {
        // A stack trace is in its own field; other lines belong to what is said.
        var rest = hasError && at < first.Length ? first[at..] : record[Math.Min(at, record.Length)..];
        return rest.Trim(" \t\r\n"u8);
    }

    private int ReadSyslog(ReadOnlySpan<byte> line, ref ReadOnlySpan<byte> format)
    {
        var at = SyslogLine.ReadPriority(line, out var priority);
        if (at == 0)
        {
            return 0;
        }

        format = "syslog"u8;
        _syslog.SetPriority(priority);
        var header = _syslog.ReadHeader(line[at..]);
        if (header > 0)
        {
            return at + header;
        }

        var timed = ReadTimed(line[at..], ref format);
        format = "syslog"u8;
        return at + timed;
    }

    private int ReadTimed(ReadOnlySpan<byte> line, ref ReadOnlySpan<byte> format)
    {
        if (!_prefix.TryFindTime(line, out var start, out var time))
        {
            return ReadMistimed(line) is > 0 and var mistimed ? mistimed : _prefix.ReadLevelFirst(line);
        }

        draft.SetTime(time.UnixUs, line.Slice(start, time.Length));
        var at = start + time.Length;
        if (at < line.Length && line[at] == ' ' && (time.IsSyslog || line[start..at].Contains((byte)'T')))
        {
            var tag = _syslog.ReadTag(line[(at + 1)..], needPid: !time.IsSyslog);
            if (tag > 0)
            {
                format = "syslog"u8;
                at += 1 + tag;

                // Syslog has no word for the level: "error: …" is the program's own text, and stays in it.
                _prefix.ReadLevelWord(line[at..]);
                return at;
            }
        }

        return _prefix.ReadAfterTime(line, start, at);
    }

    // A day that the calendar does not have is no reason to lose the level behind it.
    private int ReadMistimed(ReadOnlySpan<byte> line)
    {
        var start = line.StartsWith("["u8) ? 1 : 0;
        var length = TimeShape.Measure(line[start..]);
        if (length == 0)
        {
            return 0;
        }

        draft.IgnoreTime(line.Slice(start, length));
        return _prefix.ReadAfterTime(line, start, start + length);
    }

    // What runtimes print when a program ends badly.
    private bool Exclaims(ReadOnlySpan<byte> line)
    {
        if (line.StartsWith("Unhandled exception."u8) || line.StartsWith("panic: "u8) || line.StartsWith("fatal error: "u8)
            || line.StartsWith("Exception in thread "u8))
        {
            draft.SetLevel(Levels.Fatal);
            return true;
        }

        if (line.StartsWith("Traceback (most recent call last)"u8))
        {
            draft.SetLevel(Levels.Error);
            return true;
        }

        return false;
    }
}
