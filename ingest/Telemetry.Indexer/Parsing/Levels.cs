namespace Telemetry.Indexer.Parsing;

/// <summary>
/// The words for levels, all spellings, to the few that <c>log.level</c> has: trace, debug, info, notice, warn, error, fatal.
/// </summary>
internal static class Levels
{
    public static readonly byte[] Trace = "trace"u8.ToArray();
    public static readonly byte[] Debug = "debug"u8.ToArray();
    public static readonly byte[] Info = "info"u8.ToArray();
    public static readonly byte[] Notice = "notice"u8.ToArray();
    public static readonly byte[] Warn = "warn"u8.ToArray();
    public static readonly byte[] Error = "error"u8.ToArray();
    public static readonly byte[] Fatal = "fatal"u8.ToArray();

    private const int MaxWord = 16;
    private static readonly Utf8Map<byte[]> Words = Build();

    /// <summary>Finds the level of a word of any case. False for other words.</summary>
    public static bool TryParse(ReadOnlySpan<byte> word, out byte[] level)
    {
        level = null!;
        if (word.Length is < 3 or > MaxWord)
        {
            return false;
        }

        Span<byte> lower = stackalloc byte[MaxWord];
        for (var i = 0; i < word.Length; i++)
        {
            var c = word[i];
            if ((uint)((c | 0x20) - 'a') > 25)
            {
                return false;
            }

            lower[i] = (byte)(c | 0x20);
        }

        return Words.TryGet(lower[..word.Length], out level);
    }

    /// <summary>The letter that Android and glog write. False for other letters.</summary>
    public static bool TryParse(byte letter, out byte[] level)
    {
        level = letter switch
        {
            (byte)'V' => Trace,
            (byte)'D' => Debug,
            (byte)'I' => Info,
            (byte)'W' => Warn,
            (byte)'E' => Error,
            (byte)'F' or (byte)'A' => Fatal,
            _ => null!,
        };
        return level is not null;
    }

    /// <summary>Severity of syslog, RFC 5424 section 6.2.1 table 2; 0 is emergency.</summary>
    public static byte[] OfSeverity(int severity) => severity switch
    {
        <= 2 => Fatal,
        3 => Error,
        4 => Warn,
        5 => Notice,
        6 => Info,
        _ => Debug,
    };

    /// <summary>The number of pino, bunyan and Python (10 to 60), or the severity of syslog (0 to 7). False for others.</summary>
    public static bool TryParse(long number, out byte[] level)
    {
        level = number switch
        {
            >= 0 and <= 7 => OfSeverity((int)number),
            >= 10 and < 20 => Trace,
            >= 20 and < 30 => Debug,
            >= 30 and < 40 => Info,
            >= 40 and < 50 => Warn,
            >= 50 and < 60 => Error,
            60 => Fatal,
            _ => null!,
        };
        return level is not null;
    }

    private static Utf8Map<byte[]> Build()
    {
        var words = new Utf8Map<byte[]>();
        Add(Trace, "trace", "trc", "trce", "verbose", "vrb", "finest", "finer");
        Add(Debug, "debug", "dbg", "dbug", "fine", "config");
        Add(Info, "info", "inf", "information", "informational", "note", "log", "statement", "detail", "hint");
        Add(Notice, "notice");
        Add(Warn, "warn", "warning", "wrn");
        Add(Error, "error", "err", "eror", "fail", "failure", "severe", "failed");
        Add(Fatal, "fatal", "ftl", "crit", "critical", "crt", "emerg", "emergency", "alert", "panic");
        return words;

        void Add(byte[] level, params ReadOnlySpan<string> spellings)
        {
            foreach (var word in spellings)
            {
                words.Add(System.Text.Encoding.UTF8.GetBytes(word), level);
            }
        }
    }
}
