using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Telemetry.Wire;

namespace Telemetry.Bus.Kafka;

/// <summary>
/// What people do with a Kafka bus: look at it and move its readers back. Safe for concurrent use. Every method throws
/// <see cref="IOException"/> when the brokers cannot be asked.
/// </summary>
public sealed class KafkaBusAdmin : IDisposable
{
    private static readonly TimeSpan _request = TimeSpan.FromSeconds(15);
    /// <summary>Somebody waits for it.</summary>
    private static readonly TimeSpan _answer = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _groupRequest = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan _groupPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _groupPause = TimeSpan.FromMilliseconds(200);

    private readonly KafkaClients _clients;
    private readonly KafkaTopics _topics;
    private readonly StateOffsets _offsets;
    private readonly UnreadEntries _unread;
    private readonly RoutedPartitions _routed;
    private readonly TimeProvider _time;

    /// <summary>Connects to nothing yet.</summary>
    public KafkaBusAdmin(KafkaOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        _clients = new KafkaClients(options);
        _time = time;
        _topics = new KafkaTopics(options, time);
        _offsets = new StateOffsets(_clients, time, _answer);
        _unread = new UnreadEntries(_clients, time);
        _routed = new RoutedPartitions(_topics, _clients, _offsets, time);
        DeadLetters = new KafkaDeadLetters(_clients, _topics.Names, _offsets, time);
    }

    /// <summary>What could not be stored.</summary>
    public KafkaDeadLetters DeadLetters { get; }

    /// <summary>Describes the bus; creates nothing.</summary>
    public async Task<BusDescription> DescribeAsync(CancellationToken cancel)
    {
        var (states, problems) = await _topics.InspectAsync(cancel);
        var brokers = await AskAsync(() => _topics.Admin.DescribeClusterAsync(new DescribeClusterOptions { RequestTimeout = _request }), cancel);
        var partitions = new List<BusPartitionLag>();
        foreach (var lane in GenerationTable.Lanes)
        {
            partitions.AddRange(await DescribePartitionsAsync(lane, cancel));
        }

        var groups = await DescribeGroupsAsync(cancel);
        return new BusDescription(brokers.Nodes.Count, [.. states.Select(ToTopic)], partitions, groups, Promise(states), problems);
    }

    /// <summary>Those who read the lanes.</summary>
    public async Task<IReadOnlyList<BusGroup>> DescribeGroupsAsync(CancellationToken cancel)
    {
        var groups = new List<BusGroup>();
        foreach (var lane in GenerationTable.Lanes)
        {
            groups.Add(await DescribeGroupAsync(lane, cancel));
        }

        return groups;
    }

    /// <summary>
    /// Moves the readers of a lane back to what came on the bus from <paramref name="to"/> on, the brokers' time; a partition that has
    /// not come as far stays where it is. The state that belongs to the offsets is the indexer's to move.
    /// </summary>
    /// <exception cref="InvalidOperationException">The group has members: they would go on from where they are.</exception>
    public async Task<IReadOnlyList<RewoundPartition>> RewindAsync(Lane lane, DateTimeOffset to, CancellationToken cancel)
    {
        var group = await DescribeGroupAsync(lane, cancel);
        if (group.Members > 0)
        {
            throw new InvalidOperationException(
                $"Group {group.Name} has {group.Members} members: stop the indexers first, else they go on from where they are.");
        }

        var partitions = await PartitionsAsync(lane, cancel);
        var times = await _offsets.FindAsync(
            [.. partitions.Values], OffsetSpec.ForTimestamp(to.ToUnixTimeMilliseconds()), IsolationLevel.ReadUncommitted, cancel);
        var ends = await _offsets.FindAsync([.. partitions.Values], OffsetSpec.Latest(), IsolationLevel.ReadUncommitted, cancel);
        var rewound = new List<RewoundPartition>();
        foreach (var (partition, topic) in partitions)
        {
            var from = await _offsets.CommittedAsync(lane, topic, cancel);
            var found = times[topic] >= 0 ? times[topic] : ends[topic];

            // Forward would be to pass over what nobody has read.
            rewound.Add(new RewoundPartition(partition, from, Math.Min(found, from ?? found)));
        }

        await AskAsync(
            () => _topics.Admin.AlterConsumerGroupOffsetsAsync(
                [new ConsumerGroupTopicPartitionOffsets(group.Name, [.. rewound.Select(r => new TopicPartitionOffset(partitions[r.Partition], r.To))])],
                new AlterConsumerGroupOffsetsOptions { RequestTimeout = _request }),
            cancel);
        return rewound;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _offsets.Dispose();
        _topics.Dispose();
    }

    private static async Task<T> AskAsync<T>(Func<Task<T>> ask, CancellationToken cancel)
    {
        try
        {
            return await ask().WaitAsync(cancel);
        }
        catch (KafkaException e)
        {
            throw new IOException($"Kafka did not answer as it should: {e.Error.Reason}.", e);
        }
    }

    private static BusTopic ToTopic(TopicState state) => new(state.Name, state.Partitions, state.Replication, state.MinInSync,
        state.FlushesEachMessage, state.ElectsUnclean, state.Setting("cleanup.policy"),
        state.Number("retention.ms", -1), state.Number("retention.bytes", -1));

    private static string Promise(IReadOnlyList<TopicState> states)
    {
        if (states.Count == 0)
        {
            return "There are no topics yet.";
        }

        if (TopicCheck.FindWeaknesses(states).Any())
        {
            return "What is acknowledged survives the broker's process but not its machine.";
        }

        var copies = states.Min(s => Math.Min(s.MinInSync, s.Replication));
        return copies >= 2
            ? $"What is acknowledged is on {copies} brokers and survives the loss of {copies - 1}."
            : "What is acknowledged is on one broker's disk: it survives the machine's crash but not its loss.";
    }

    private async Task<List<BusPartitionLag>> DescribePartitionsAsync(Lane lane, CancellationToken cancel)
    {
        var partitions = await PartitionsAsync(lane, cancel);
        var starts = await _offsets.FindAsync([.. partitions.Values], OffsetSpec.Earliest(), IsolationLevel.ReadUncommitted, cancel);
        var ends = await _offsets.FindAsync([.. partitions.Values], OffsetSpec.Latest(), IsolationLevel.ReadUncommitted, cancel);
        var committed = new Dictionary<TopicPartition, long?>();
        foreach (var topic in partitions.Values)
        {
            committed[topic] = await _offsets.CommittedAsync(lane, topic, cancel);
        }

        var unread = await _unread.CountAsync(
            lane, partitions.Values.Select(t => (t, Math.Max(starts[t], committed[t] ?? 0), ends[t])), cancel);
        var mayLack = partitions.Values.Any(t => starts[t] > (committed[t] ?? 0))
            ? await _routed.FindAsync(lane, cancel)
            : new HashSet<BusPartition>();
        return
        [
            .. partitions.Select(p => new BusPartitionLag(
                p.Key, starts[p.Value], ends[p.Value], committed[p.Value], unread[p.Value],
                mayLack.Contains(p.Key) ? Math.Max(0, starts[p.Value] - (committed[p.Value] ?? 0)) : 0)),
        ];
    }

    private async Task<Dictionary<BusPartition, TopicPartition>> PartitionsAsync(Lane lane, CancellationToken cancel)
    {
        var generations = await _topics.ReadGenerationsAsync(cancel);
        var partitions = new Dictionary<BusPartition, TopicPartition>();
        for (var generation = 1; generation <= generations.Newest; generation++)
        {
            for (var number = 0; number < generations.Partitions(lane, generation); number++)
            {
                partitions[new BusPartition(lane, generation, number)] = new TopicPartition(_topics.Names.Data(lane, generation), number);
            }
        }

        return partitions;
    }

    private async Task<BusGroup> DescribeGroupAsync(Lane lane, CancellationToken cancel)
    {
        // A cluster whose first group this is makes a topic for groups first, and answers only then.
        var begun = _time.GetTimestamp();
        while (true)
        {
            try
            {
                return await AskForGroupAsync(lane, cancel);
            }
            catch (KafkaException e) when (_time.GetElapsedTime(begun) > _groupPatience)
            {
                throw new IOException($"Kafka at {_clients.Options.Brokers} did not describe group {_clients.Group(lane)}: {e.Error.Reason}.", e);
            }
            catch (KafkaException)
            {
                await Task.Delay(_groupPause, _time, cancel);
            }
        }
    }

    private async Task<BusGroup> AskForGroupAsync(Lane lane, CancellationToken cancel)
    {
        var name = _clients.Group(lane);
        try
        {
            var described = await _topics.Admin.DescribeConsumerGroupsAsync(
                [name], new DescribeConsumerGroupsOptions { RequestTimeout = _groupRequest }).WaitAsync(cancel);
            var group = described.ConsumerGroupDescriptions[0];
            return new BusGroup(lane, name, group.State.ToString(), group.Members.Count);
        }
        catch (DescribeConsumerGroupsException e) when (e.Results.ConsumerGroupDescriptions is [{ Error.Code: ErrorCode.GroupIdNotFound }])
        {
            return new BusGroup(lane, name, nameof(ConsumerGroupState.Dead), 0);
        }
    }
}
