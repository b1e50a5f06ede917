namespace Telemetry.Store.Sqlite.Documents;

/// <summary>
/// When a new partition begins. A quiet store gets one a day, a busy one one an hour or more, so that deleting whole partitions
/// is fine enough and their number stays small.
/// </summary>
public sealed record SqliteStoreOptions
{
    /// <summary>Partitions that what is kept is cut into, about.</summary>
    private const int Shares = 8;

    private const long LeastBytes = 1 << 20;

    /// <summary>Shortest span of bus time in a partition that is not full. Default 1 h.</summary>
    public TimeSpan MinWidth { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Longest span of bus time in a partition. Default 24 h.</summary>
    public TimeSpan MaxWidth { get; init; } = TimeSpan.FromHours(24);

    /// <summary>After <see cref="MinWidth"/> a partition of this size is closed, bytes. Default 256 MiB.</summary>
    public long TargetBytes { get; init; } = 256L << 20;

    /// <summary>A partition of this size is closed at once, bytes. Default 1 GiB.</summary>
    public long MaxBytes { get; init; } = 1L << 30;

    /// <summary>Fields that partitions know from their beginning, so that queries do before the first document has one. Default none.</summary>
    public PromotedFields Promoted { get; init; } = PromotedFields.None;

    /// <summary>SQLite's limit of pages, for tests of a full disk.</summary>
    internal long? MaxPages { get; init; }

    /// <summary>
    /// Partitions for a store that keeps so much: about an eighth of it each, but none wider or larger than the defaults,
    /// narrower than a minute or smaller than 1 MiB.
    /// </summary>
    public static SqliteStoreOptions For(TimeSpan keep, long keepBytes)
    {
        var most = new SqliteStoreOptions();
        var width = TimeSpan.FromTicks(Math.Clamp(keep.Ticks / Shares, TimeSpan.TicksPerMinute, most.MaxWidth.Ticks));
        var bytes = Math.Clamp(keepBytes / Shares, LeastBytes, most.MaxBytes);
        return new SqliteStoreOptions
        {
            MinWidth = width < most.MinWidth ? width : most.MinWidth,
            MaxWidth = width,
            TargetBytes = Math.Min(bytes, most.TargetBytes),
            MaxBytes = bytes,
        };
    }

    /// <summary>What is wrong with the values; empty when nothing is.</summary>
    public IReadOnlyList<string> Problems()
    {
        List<string> problems = [];
        if (MinWidth < TimeSpan.FromSeconds(1) || MaxWidth < MinWidth)
        {
            problems.Add($"store partitions: widths must be 1s or more and ascend, not {MinWidth} and {MaxWidth}");
        }

        if (TargetBytes < LeastBytes || MaxBytes < TargetBytes)
        {
            problems.Add($"store partitions: sizes must be 1MiB or more and ascend, not {TargetBytes} and {MaxBytes}");
        }

        return problems;
    }
}
