using Telemetry.Bus;
using Telemetry.Store;
using Telemetry.Wire;

namespace Telemetry.Indexer;

/// <summary>How the indexer runs. Paths lie under the data directory.</summary>
public sealed record IndexerOptions
{
    /// <summary>Data directory; state is in <c>store/LANE/state.db</c>, or in <c>state/</c> where it is a copy; what does not decode in <c>deadletters/LANE</c>.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Lanes to index; default both.</summary>
    public IReadOnlyList<Lane> Lanes { get; init; } = [Lane.Critical, Lane.Bulk];

    /// <summary>Once the bus is read to its end, the time from the first record to its commit; default 100 ms.</summary>
    public TimeSpan IdleCommitAfter { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>While more is on the bus, the longest time between commits; default 500 ms.</summary>
    public TimeSpan BusyCommitAfter { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Bytes of documents after which a commit does not wait; default 12 MiB. Bounds memory.</summary>
    public long CommitBytes { get; init; } = 12 << 20;

    /// <summary>
    /// How long documents of a new server wait for the other lane's next step, which may bring its identity; default 500 ms, zero
    /// does not wait.
    /// </summary>
    public TimeSpan IdentityWait { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Attributes that become typed fields; default none.</summary>
    public PromotedFields Promoted { get; init; } = PromotedFields.None;

    /// <summary>Lifetimes and their crashes are kept so long after they were last heard of; default 90 days.</summary>
    public TimeSpan KeepLifetimes { get; init; } = TimeSpan.FromDays(90);

    /// <summary>Lifetimes that are kept for longer; asked each time anything is deleted. May throw: then nothing is. Default none.</summary>
    public Func<IReadOnlySet<LifetimeId>> Held { get; init; } = static () => new HashSet<LifetimeId>();

    /// <summary>A server not heard of for longer is dead; default 15 s.</summary>
    public TimeSpan SilenceBound { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Resends are recognised for so long; default 7 days.</summary>
    public TimeSpan KeepRuns { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Time between retention runs; default 5 s.</summary>
    public TimeSpan RetainEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long it is a problem of the indexer that bus retention deleted what was not indexed; default 1 h, or until it is started
    /// again.
    /// </summary>
    public TimeSpan TellOvertakenFor { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Longest time for the last commit of a partition that goes to another indexer; default 10 s.</summary>
    public TimeSpan HandOverWithin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>First and longest pause after a failure; default 250 ms and 15 s.</summary>
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Longest pause after a failure.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// A copy of the state on the bus that has not been read into for longer is made anew; default 12 h, half of what the bus keeps
    /// deletions for.
    /// </summary>
    public TimeSpan TrustStateFileFor { get; init; } = TimeSpan.FromHours(12);

    /// <summary>
    /// File of a partition's state. Of a state that lies on the bus the file is a copy; those of both lanes of a partition lie side by
    /// side, as they tell of the same lifetimes.
    /// </summary>
    internal string StatePath(BusPartition partition, bool onBus) => Path.Combine(
        DataDirectory, onBus ? CopiesOf(partition) : "store", Name(partition.Lane), Store.Sqlite.State.SqliteLaneState.FileName);

    private static string CopiesOf(BusPartition partition) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"state/g{partition.Generation}-{partition.Number}");

    internal string DeadLetterPath(Lane lane) => Path.Combine(DataDirectory, "deadletters", Name(lane));

    internal static string Name(Lane lane) => lane == Lane.Critical ? "critical" : "bulk";
}
