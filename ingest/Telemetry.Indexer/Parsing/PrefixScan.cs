using Telemetry.Store;

namespace Telemetry.Indexer.Parsing;

/// <summary>
/// Finds time, level, thread and logger at the beginning of a plain line, in whatever order and brackets loggers write them.
/// It moves from item to item (a word, a bracket, a separator) and stops at the first that reads like prose. Not thread-safe.
/// </summary>
internal sealed class PrefixScan(LineDraft draft)
{
    /// <summary>Items looked at for a level after the time.</summary>
    private const int MaxItems = 8;

    /// <summary>Items looked at for a time after the beginning.</summary>
    private const int MaxBeforeTime = 3;

    private const int MaxName = 128;

    /// <summary>Finds the time of a line: at its beginning, in a bracket, or after a few items that are no prose.</summary>
    public bool TryFindTime(ReadOnlySpan<byte> line, out int start, out TimeMatch time)
    {
        start = 0;
        time = default;
        var at = 0;
        if (TryLedger(line, out start, out time))
        {
            return true;
        }

        for (var item = 0; item <= MaxBeforeTime && at < line.Length; item++)
        {
            start = at + (line[at] is (byte)'[' or (byte)'(' or (byte)'<' ? 1 : 0);
            if (TimeReader.TryRead(line[start..], draft.Context, out time) && (item == 0 || time.HasDate))
            {
                ReadBefore(line[..at]);
                return true;
            }

            if (item == 0 && TryGlog(line, out start, out time))
            {
                return true;
            }

            var end = ItemEnd(line, at);
            if (!IsNoProse(line[at..end]))
            {
                break;
            }

            at = SkipSpace(line, end);
        }

        return false;
    }

    /// <summary>
    /// Reads what follows a time that begins at <paramref name="start"/> and ends at <paramref name="at"/>: brackets, level,
    /// thread, logger. Returns where the message begins.
    /// </summary>
    public int ReadAfterTime(ReadOnlySpan<byte> line, int start, int at)
    {
        if (start > 0 && line[start - 1] is (byte)'[' or (byte)'(' && at < line.Length)
        {
            at = CloseTimeBracket(line, at);
        }

        var afterTime = SkipSeparators(line, at);
        if (draft.HasLevel)
        {
            return ReadAfterLevel(line, afterTime);
        }

        var level = FindLevel(line, afterTime, out var end);
        if (level is null)
        {
            return afterTime;
        }

        draft.SetLevel(level);
        return ReadAfterLevel(line, end);
    }

    /// <summary>A line that begins with its level: "ERROR: …", "[warn] …", "INFO …". 0 when it does not.</summary>
    public int ReadLevelFirst(ReadOnlySpan<byte> line)
    {
        var end = ReadLevelWord(line, upperAlone: true);
        return end == 0 ? 0 : ReadAfterLevel(line, end);
    }

    /// <summary>A level at the beginning of a text where nothing else says one: "error: …", "[warn] …". Returns its end or 0.</summary>
    public int ReadLevelWord(ReadOnlySpan<byte> line, bool upperAlone = false)
    {
        if (line.IsEmpty || draft.HasLevel)
        {
            return 0;
        }

        if (line[0] is (byte)'[' or (byte)'<' && line[..Math.Min(line.Length, 20)].IndexOf(Closing(line[0])) is > 0 and var close
            && Levels.TryParse(line[1..close].Trim((byte)' '), out var level))
        {
            draft.SetLevel(level);
            return SkipSpace(line, close + 1);
        }

        var end = WordEnd(line);
        if (!Levels.TryParse(line[..end], out level) || end >= line.Length)
        {
            return 0;
        }

        // In prose a lower-case "error" or "info" is a word; with a colon it is a level.
        if (line[end] is not ((byte)':' or (byte)'|')
            && !(upperAlone && line[end] is (byte)' ' or (byte)'\t' && IsUpper(line[..end]) && IsLoud(line[..end])))
        {
            return 0;
        }

        draft.SetLevel(level);
        return SkipSpace(line, line[end] is (byte)':' or (byte)'|' ? end + 1 : end);
    }

    // "LOG" or "NOTE" before a space begins a headline as often as a log line.
    private static bool IsLoud(ReadOnlySpan<byte> word) =>
        !word.SequenceEqual("LOG"u8) && !word.SequenceEqual("NOTE"u8) && !word.SequenceEqual("CONFIG"u8)
        && !word.SequenceEqual("DETAIL"u8) && !word.SequenceEqual("HINT"u8) && !word.SequenceEqual("FINE"u8);

    /// <summary>"I0102 15:04:05.678901 1234 file.cc:12] msg" of glog and klog.</summary>
    private bool TryGlog(ReadOnlySpan<byte> line, out int start, out TimeMatch time)
    {
        start = 1;
        time = default;
        if (line.Length < 16 || !Levels.TryParse(line[0], out var level) || line[5] != ' ' || !IsDigits(line[1..5]))
        {
            return false;
        }

        Span<byte> spelled = stackalloc byte[6 + 16];
        line[1..3].CopyTo(spelled);
        spelled[2] = (byte)'-';
        line[3..5].CopyTo(spelled[3..]);
        var clock = line.Slice(5, Math.Min(16, line.Length - 5));
        clock.CopyTo(spelled[5..]);
        if (!TimeReader.TryRead(spelled[..(5 + clock.Length)], draft.Context, out time))
        {
            return false;
        }

        draft.SetLevel(level);
        time = time with { Length = time.Length - 1, IsSyslog = false };
        return true;
    }

    /// <summary>
    /// "- 1117838570 2005.06.03 node …" of supercomputers' logs: alert, epoch, date, node. And their "134681 node-246 unix.hw
    /// state_change.unavailable 1077804742 1 …".
    /// </summary>
    private bool TryLedger(ReadOnlySpan<byte> line, out int start, out TimeMatch time)
    {
        start = 0;
        time = default;
        var space = line.IndexOf((byte)' ');
        if (space is < 1 or > 24 || line.Length < space + 23)
        {
            return false;
        }

        var epoch = space + 1;
        if (IsDigits(line.Slice(epoch, 10)) && line[epoch + 10] == ' ' && IsDigits(line.Slice(epoch + 11, 4))
            && line[epoch + 15] == '.')
        {
            return TryEpoch(line, epoch, out start, out time) && ReadLedger(line, epoch + 22, ref time);
        }

        if (!IsDigits(line[..space]))
        {
            return false;
        }

        var at = space + 1;
        for (var i = 0; i < 3; i++)
        {
            at += line[at..].IndexOf((byte)' ') + 1;
        }

        if (at + 12 > line.Length || !IsDigits(line.Slice(at, 10)) || line[at + 10] != ' '
            || !IsDigits(line.Slice(at + 11, 1)) || !TryEpoch(line, at, out start, out time))
        {
            return false;
        }

        var node = line[(space + 1)..];
        draft.Set(Fields.SyslogHost, node[..node.IndexOf((byte)' ')]);
        return true;
    }

    private bool TryEpoch(ReadOnlySpan<byte> line, int at, out int start, out TimeMatch time)
    {
        start = at;
        return TimeReader.TryRead(line[at..], draft.Context, out time);
    }

    // After the epoch and its date: the node, and then the same time once more in local spelling, which adds nothing.
    private bool ReadLedger(ReadOnlySpan<byte> line, int at, ref TimeMatch time)
    {
        var epoch = at - 22;
        at = Math.Min(at, line.Length);
        var end = ItemEnd(line, at);
        draft.Set(Fields.SyslogHost, line[at..end]);
        at = SkipSpace(line, end);
        if (at < line.Length && TimeReader.TryRead(line[at..], draft.Context, out var local))
        {
            at = SkipSpace(line, at + local.Length);
            if (!local.IsSyslog)
            {
                at = SkipSpace(line, ItemEnd(line, at));
            }
        }

        // "local/node program[pid]: message" is left to the reader of tags.
        time = time with { Length = Math.Max(at - 1, epoch + 21) - epoch, IsSyslog = true };
        return true;
    }

    // A level before the time: "INFO 2026-01-02 …", "[ERROR] [2026-01-02 …".
    private void ReadBefore(ReadOnlySpan<byte> before)
    {
        var at = 0;
        while (at < before.Length)
        {
            var end = ItemEnd(before, at);
            if (Levels.TryParse(Inner(before[at..end]), out var level))
            {
                draft.SetLevel(level);
            }

            at = SkipSpace(before, end);
        }
    }

    // "[2026-01-02T03:04:05Z INFO  my::crate] …", "[03:04:05 INF] …", "[Sun Dec 04 04:47:44 2005] …"
    private int CloseTimeBracket(ReadOnlySpan<byte> line, int at)
    {
        if (line[at] is (byte)']' or (byte)')')
        {
            return at + 1;
        }

        var close = line[at..].IndexOfAny((byte)']', (byte)')');
        if (close < 0 || close > MaxName)
        {
            return at;
        }

        var inside = line.Slice(at, close);
        var word = SkipSeparators(inside, 0);
        var end = word + WordEnd(inside[word..]);
        if (!Levels.TryParse(inside[word..end], out var level))
        {
            return at;
        }

        draft.SetLevel(level);
        draft.Set(Fields.LogLogger, inside[end..].Trim((byte)' '));
        return at + close + 1;
    }

    private byte[]? FindLevel(ReadOnlySpan<byte> line, int from, out int end)
    {
        ReadOnlySpan<byte> thread = default, firstNumber = default, secondNumber = default;
        int nameStart = -1, nameEnd = -1;
        var at = from;
        for (var item = 0; item < MaxItems && at < line.Length; item++)
        {
            end = ItemEnd(line, at);
            var written = line[at..end];
            var word = Inner(written);
            var bracketed = word.Length != written.Length && written[0] is (byte)'[' or (byte)'(' or (byte)'<';
            if (IsLevelHere(line, end, word, bracketed, item, !secondNumber.IsEmpty, out var level))
            {
                SetNumbers(firstNumber, secondNumber);
                draft.Set(Fields.ProcessThreadName, thread);
                draft.Set(Fields.LogLogger, nameStart < 0 ? default : line[nameStart..nameEnd]);
                return level;
            }

            if (IsDigits(word))
            {
                if (firstNumber.IsEmpty)
                {
                    firstNumber = word;
                }
                else
                {
                    secondNumber = word;
                }
            }
            else if (bracketed)
            {
                thread = thread.IsEmpty ? word : thread;
            }
            else if (IsFieldBeforeLevel(line, end, word))
            {
                nameStart = nameStart < 0 ? at : nameStart;
                nameEnd = at + word.Length;
            }
            else
            {
                break;
            }

            at = SkipSeparators(line, end);
        }

        end = from;
        return null;
    }

    private static bool IsLevelHere(
        ReadOnlySpan<byte> line, int end, ReadOnlySpan<byte> word, bool bracketed, int item, bool afterTwoNumbers,
        out byte[] level)
    {
        // Android: "1702  2395 D WindowManager: …"
        if (word.Length == 1 && afterTwoNumbers)
        {
            return Levels.TryParse(word[0], out level);
        }

        if (!Levels.TryParse(word, out level))
        {
            return false;
        }

        // "Error while reading" right after the time is more likely a message than a level: its next word is not set apart.
        return bracketed || IsUpper(word) || (end > 0 && line[end - 1] == ':') || IsSetApart(line, end)
            || (item == 0 && end < line.Length && line[end] is (byte)'|' or (byte)',');
    }

    private static bool IsSetApart(ReadOnlySpan<byte> line, int end) =>
        end == line.Length || line[end..].StartsWith("  "u8) || line[end..].StartsWith(" - "u8) || line[end..].StartsWith(" ["u8)
        || line[end..].StartsWith(": "u8) || line[end] is (byte)'\t' or (byte)'|';

    // Between time and level stand names, not prose: followed by a separator, or with something in them that words lack.
    private static bool IsFieldBeforeLevel(ReadOnlySpan<byte> line, int end, ReadOnlySpan<byte> word) =>
        word.Length is > 0 and <= MaxName
        && (line[end..].StartsWith(" - "u8) || line[end..].StartsWith(" | "u8) || (end < line.Length && line[end] == '|')
            || word.IndexOfAny("._:/$@#"u8) >= 0 || word.IndexOfAnyInRange((byte)'0', (byte)'9') >= 0 || IsUpper(word)
            || word.SequenceEqual("-"u8));

    private void SetNumbers(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        draft.SetNumber(Fields.ProcessPid, first);
        draft.SetNumber(Fields.ProcessThreadId, second);
    }

    private int ReadAfterLevel(ReadOnlySpan<byte> line, int at)
    {
        at = SkipSeparators(line, at);
        for (var item = 0; item < 4 && at < line.Length; item++)
        {
            var end = ItemEnd(line, at);
            var written = line[at..end];
            var next = SkipSpace(line, end);
            if (written.SequenceEqual("---"u8))
            {
                at = next;
            }
            else if (IsDigits(written) && line[next..].StartsWith("--- "u8))
            {
                draft.SetNumber(Fields.ProcessPid, written);
                at = next;
            }
            else if (written[0] == '[' && written[^1] == ']' && IsThread(line, next))
            {
                draft.Set(Fields.ProcessThreadName, Inner(written).Trim((byte)' '));
                at = SkipSeparators(line, end);
            }
            else
            {
                return ReadLogger(line, at, end);
            }
        }

        return at;
    }

    // A bracket is the thread's when a logger or a dash follows; else it belongs to the message.
    private static bool IsThread(ReadOnlySpan<byte> line, int next)
    {
        if (next >= line.Length || line[next..].StartsWith("- "u8) || line[next..].StartsWith(": "u8))
        {
            return true;
        }

        var end = ItemEnd(line, next);
        var word = line[next..end];
        return LoggerLength(line, next, end, word) > 0 || word[0] == '[' && IsThread(line, SkipSpace(line, end));
    }

    private int ReadLogger(ReadOnlySpan<byte> line, int at, int end)
    {
        var word = line[at..end];
        var length = LoggerLength(line, at, end, word);
        if (length == 0)
        {
            return at;
        }

        draft.Set(Fields.LogLogger, Inner(word).TrimEnd(":"u8));
        return at + length;
    }

    // Length of a logger's name with what sets it apart; 0 when the word is none.
    private static int LoggerLength(ReadOnlySpan<byte> line, int at, int end, ReadOnlySpan<byte> word)
    {
        if (word.Length is 0 or > MaxName || !IsLetter(word[0]))
        {
            return 0;
        }

        var rest = line[end..];
        if (rest.StartsWith(" - "u8) || rest.StartsWith(" : "u8))
        {
            return SkipSpace(line, end + 2) - at;
        }

        if (rest.StartsWith("  "u8) && word[^1] != ':' && IsName(word))
        {
            return SkipSpace(line, end) - at;
        }

        // "dfs.DataNode$Packet: …", "WindowManager: …"; "Failed: …" is a sentence.
        var name = word[..^1];
        return word[^1] == ':' && name.Length > 1 && IsName(name) && (name.IndexOfAny(".$:"u8) > 0 || IsCamel(name))
            ? SkipSpace(line, end) - at
            : 0;
    }

    private static bool IsName(ReadOnlySpan<byte> word)
    {
        foreach (var c in word)
        {
            if (!IsLetter(c) && (uint)(c - '0') > 9 && c is not ((byte)'.' or (byte)'_' or (byte)'$' or (byte)':' or (byte)'-' or (byte)'/' or (byte)'@' or (byte)'<' or (byte)'>' or (byte)'#'))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsCamel(ReadOnlySpan<byte> name)
    {
        for (var i = 1; i < name.Length; i++)
        {
            if ((uint)(name[i] - 'A') <= 25 && (uint)(name[i - 1] - 'a') <= 25)
            {
                return true;
            }
        }

        return false;
    }

    // Before a time stand levels, dashes, process names with marks in them: no words of a sentence.
    private static bool IsNoProse(ReadOnlySpan<byte> written)
    {
        var word = Inner(written);
        return word.IsEmpty || Levels.TryParse(word, out _) || word.IndexOfAny("-_:|/#@"u8) >= 0
            || word.IndexOfAnyInRange((byte)'0', (byte)'9') >= 0;
    }

    private static ReadOnlySpan<byte> Inner(ReadOnlySpan<byte> item)
    {
        if (item.Length >= 2 && item[0] is (byte)'[' or (byte)'(' or (byte)'<' && item[^1] == Closing(item[0]))
        {
            return item[1..^1].Trim((byte)' ');
        }

        return item.TrimEnd(":,"u8);
    }

    // A bracket with what is nested in it, or up to the next space or bar.
    private static int ItemEnd(ReadOnlySpan<byte> line, int at)
    {
        if (at < line.Length && line[at] is (byte)'[' or (byte)'(' or (byte)'<')
        {
            var end = Math.Min(line.Length, at + MaxName);
            var (open, close, depth) = (line[at], Closing(line[at]), 0);
            for (var i = at; i < end; i++)
            {
                depth += line[i] == open ? 1 : line[i] == close ? -1 : 0;
                if (depth == 0)
                {
                    return i + 1;
                }
            }
        }

        var stop = line[Math.Min(at, line.Length)..].IndexOfAny((byte)' ', (byte)'|', (byte)'\t');
        return stop < 0 ? line.Length : stop == 0 ? at + 1 : at + stop;
    }

    private static byte Closing(byte open) => open switch { (byte)'[' => (byte)']', (byte)'(' => (byte)')', _ => (byte)'>' };

    private static int SkipSpace(ReadOnlySpan<byte> line, int at)
    {
        while (at < line.Length && line[at] is (byte)' ' or (byte)'\t')
        {
            at++;
        }

        return at;
    }

    private static int SkipSeparators(ReadOnlySpan<byte> line, int at)
    {
        while (at < line.Length && (line[at] is (byte)' ' or (byte)'\t' or (byte)'|' or (byte)',' or (byte)':'
            || (line[at] == '-' && (at + 1 == line.Length || line[at + 1] is (byte)' '))))
        {
            at++;
        }

        return at;
    }

    private static int WordEnd(ReadOnlySpan<byte> line)
    {
        var i = 0;
        while (i < line.Length && IsLetter(line[i]))
        {
            i++;
        }

        return i;
    }

    private static bool IsUpper(ReadOnlySpan<byte> word) => word.IndexOfAnyExceptInRange((byte)'A', (byte)'Z') < 0 && !word.IsEmpty;

    private static bool IsDigits(ReadOnlySpan<byte> word) => word.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0 && !word.IsEmpty;

    private static bool IsLetter(byte c) => (uint)((c | 0x20) - 'a') <= 25;
}
