namespace Telemetry.Gateway.Levels;

/// <summary>
/// From which levels on services are to log, in <c>DATA/levels.json</c>. Another process may change the file: whoever runs a gateway there
/// hands it on within seconds. Safe for concurrent use.
/// </summary>
public sealed class LevelStore
{
    /// <summary>Rules that hold at a time; each is told to every server.</summary>
    public const int MaxRules = 64;

    private readonly Lock _gate = new();
    private readonly WatchedFile<LevelFile> _file;
    private readonly TimeProvider _time;

    /// <summary>Names the directory; nothing is read yet.</summary>
    public LevelStore(string dataDirectory, TimeProvider time)
    {
        _time = time;
        _file = new WatchedFile<LevelFile>(
            Path.Combine(dataDirectory, "levels.json"), "file of levels", LevelJson.Default.LevelFile, LevelFile.IsUsable, LevelFile.Empty);
    }

    /// <summary>Names of levels, from the one that logs most on.</summary>
    public static IReadOnlyList<string> Names { get; } = ["Verbose", "Debug", "Information", "Warning", "Error", "Fatal"];

    /// <summary>Longest time of a rule.</summary>
    public static TimeSpan MaxFor { get; } = TimeSpan.FromDays(7);

    /// <summary>A rule for a service, in the place of the one before. Returns it.</summary>
    /// <exception cref="GatewayException">There are as many as there may be, or the file cannot be used.</exception>
    public LevelRule Set(string service, string level, TimeSpan duration, string by)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(service);
        if (!Names.Contains(level) || duration <= TimeSpan.Zero || duration > MaxFor)
        {
            throw new ArgumentException($"The level is one of {string.Join(", ", Names)}, for at most {MaxFor}.");
        }

        var rule = new LevelRule(service, level, Now() + (duration.Ticks / TimeSpan.TicksPerMicrosecond), by);
        Change(rules => rules.Count(r => r.Service != service) < MaxRules
            ? [.. rules.Where(r => r.Service != service), rule]
            : throw new GatewayException($"There are {MaxRules} rules already; clear one first."));
        return rule;
    }

    /// <summary>Ends the rule of a service; false when there is none.</summary>
    /// <exception cref="GatewayException">The file cannot be used.</exception>
    public bool Clear(string service)
    {
        var found = false;
        Change(rules =>
        {
            found = rules.Any(r => r.Service == service);
            return [.. rules.Where(r => r.Service != service)];
        });
        return found;
    }

    /// <summary>The rules that hold now, by service.</summary>
    /// <exception cref="GatewayException">The file cannot be used.</exception>
    public IReadOnlyList<LevelRule> List()
    {
        lock (_gate)
        {
            _file.Refresh();
            return InForce();
        }
    }

    /// <summary>Looks at the file, and whether it is another than before.</summary>
    /// <exception cref="GatewayException">It cannot be used.</exception>
    internal bool Refresh()
    {
        lock (_gate)
        {
            return _file.Refresh();
        }
    }

    /// <summary>The rules that hold now, as far as the file was read. Does not throw.</summary>
    internal IReadOnlyList<LevelRule> Known()
    {
        lock (_gate)
        {
            return InForce();
        }
    }

    private void Change(Func<IReadOnlyList<LevelRule>, IReadOnlyList<LevelRule>> change)
    {
        lock (_gate)
        {
            _file.Change(file => file with { Levels = change([.. file.Levels.Where(r => r.UntilUnixUs > Now())]) });
        }
    }

    private List<LevelRule> InForce() =>
        [.. _file.Value.Levels.Where(r => r.UntilUnixUs > Now()).OrderBy(r => r.Service, StringComparer.Ordinal).Take(MaxRules)];

    private long Now() => (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
