using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Confluent.Kafka;
using Telemetry.Wire;

namespace Telemetry.Bus.Kafka;

/// <summary>
/// The bus on Kafka: a topic per lane and generation, a compacted state topic beside each, a topic for dead letters and one
/// that says in which generation a lifetime is. Any number of processes write and read. Safe for concurrent use.
/// </summary>
public sealed class KafkaBus : IBus
{
    private static readonly TimeSpan _retry = TimeSpan.FromSeconds(1);

    private readonly KafkaClients _clients;
    private readonly KafkaTopics _topics;
    private readonly StateOffsets _offsets;
    private readonly RoutedPartitions _routed;
    private readonly KafkaBusMetrics _metrics = new();
    private readonly GenerationTable _generations;
    private readonly TimeProvider _time;
    private readonly ProblemTeller _problems;
    private readonly ConcurrentBag<LaneMembership> _members = [];

    private KafkaBus(KafkaOptions options, KafkaTopics topics, GenerationTable generations, IReadOnlyList<string> warnings,
        TimeProvider time, ProblemTeller problems)
    {
        _clients = new KafkaClients(options);
        _topics = topics;
        _generations = generations;
        _time = time;
        _problems = problems;
        _offsets = new StateOffsets(_clients, time);
        _routed = new RoutedPartitions(topics, _clients, _offsets, time);
        Warnings = warnings;
        _metrics.ObserveLag(() => _members.SelectMany(m => m.Lags));
        _metrics.ObserveFetched(() => _members.SelectMany(m => m.Fetched));
    }

    /// <summary>What is allowed but weaker than "an acknowledged batch survives the loss of a machine", a sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Counters of this bus, named "Telemetry.Bus".</summary>
    public Meter Meter => _metrics.Meter;

    /// <summary>
    /// Creates or checks the topics. Waits for the brokers as long as it takes, telling <paramref name="onProblem"/>, so that
    /// whoever starts before them needs no restart.
    /// </summary>
    /// <param name="options">Which Kafka, and what is expected of it.</param>
    /// <param name="time">For waiting; bus time is the brokers'.</param>
    /// <param name="onProblem">Told in one sentence of what does not work, on any thread, the same at most once in 10 s; must not throw.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="KafkaTopicsException">The topics do not fit the promise.</exception>
    public static async Task<KafkaBus> ConnectAsync(
        KafkaOptions options, TimeProvider time, Action<string>? onProblem, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        var problems = new ProblemTeller(onProblem, time);
        var topics = new KafkaTopics(options, time) { OnRefused = problems.Tell };
        try
        {
            while (true)
            {
                try
                {
                    var warnings = await topics.EnsureAsync(cancel);
                    return new KafkaBus(options, topics, await topics.ReadGenerationsAsync(cancel), warnings, time, problems);
                }
                catch (IOException e)
                {
                    problems.Tell(e.Message);
                    await Task.Delay(_retry, time, cancel);
                }
            }
        }
        catch
        {
            topics.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IBusWriter OpenWriter() => new KafkaBusWriter(_clients, _topics, _generations, _metrics, _time, _problems.Tell);

    /// <inheritdoc/>
    public IBusMembership Join(Lane lane, IPartitionOwner owner)
    {
        ArgumentNullException.ThrowIfNull(owner);

        // Without a name of its own a process must never fence another by accident.
        var name = _clients.Options.Member ?? Guid.NewGuid().ToString("N");
        var member = new LaneMembership(lane, _clients, _topics.Names, owner, name, StateLogOf, _routed, _metrics, _time, _problems.Tell);
        _members.Add(member);
        return member;
    }

    /// <inheritdoc/>
    public bool KeepsState => true;

    /// <inheritdoc/>
    public IStateLogReader OpenState(BusPartition partition) => OpenState(partition, isOwner: false);

    /// <summary>Writers and memberships are their openers' to dispose, before this.</summary>
    public ValueTask DisposeAsync()
    {
        _offsets.Dispose();
        _topics.Dispose();
        _metrics.Dispose();
        return ValueTask.CompletedTask;
    }

    private LeaseStateLog StateLogOf(StateCommitter committer, PartitionLease lease) =>
        new(lease, committer, _offsets, isOwner => OpenState(lease.Partition, isOwner));

    private StateTopicReader OpenState(BusPartition partition, bool isOwner) => new(
        partition,
        new TopicPartition(_topics.Names.Data(partition.Lane, partition.Generation), partition.Number),
        new TopicPartition(_topics.Names.State(partition.Lane, partition.Generation), partition.Number),
        isOwner, _offsets, _clients, _time);
}
