using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Telemetry.Wire;

namespace Telemetry.Bus.Kafka;

/// <summary>Asks brokers for committed offsets and for the ends of topics. Safe for concurrent use.</summary>
/// <param name="clients">The cluster.</param>
/// <param name="time">Clock.</param>
/// <param name="findWithin">How long the brokers have to tell the ends of topics; null is 15 s.</param>
internal sealed class StateOffsets(KafkaClients clients, TimeProvider time, TimeSpan? findWithin = null) : IDisposable
{
    /// <summary>Short, since a cluster whose first group this is answers only the second time.</summary>
    private static readonly TimeSpan _request = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _findPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(50);

    private readonly AdminConnection _admin = new(clients);

    private readonly Dictionary<Lane, GroupOffsets> _groups =
        GenerationTable.Lanes.ToDictionary(lane => lane, lane => new GroupOffsets(clients, lane));

    /// <inheritdoc/>
    public void Dispose()
    {
        _admin.Dispose();
        foreach (var group in _groups.Values)
        {
            group.Dispose();
        }
    }

    /// <summary>
    /// The committed offset of a lane's group; null when there is none. Waits until no transaction is open over it: whatever a
    /// former owner began is then committed or will never be.
    /// </summary>
    public async Task<long?> CommittedAsync(Lane lane, TopicPartition topic, CancellationToken cancel)
    {
        var begun = time.GetTimestamp();
        while (true)
        {
            var (offset, error) = await _groups[lane].AskAsync(topic, _request).WaitAsync(cancel);
            if (!error.IsError)
            {
                return offset.Value >= 0 ? offset.Value : null;
            }

            if (time.GetElapsedTime(begun) > _patience)
            {
                throw new IOException($"The committed offset of {topic.Topic}[{topic.Partition.Value}] cannot be had: {error.Reason}.");
            }

            await Task.Delay(_pause, time, cancel);
        }
    }

    /// <summary>An offset of a partition; -1 when there is none of that time.</summary>
    public async Task<long> FindAsync(TopicPartition topic, OffsetSpec spec, IsolationLevel isolation, CancellationToken cancel) =>
        (await FindAsync([topic], spec, isolation, cancel))[topic];

    /// <summary>An offset of each partition; -1 where there is none of that time.</summary>
    public async Task<IReadOnlyDictionary<TopicPartition, long>> FindAsync(
        IReadOnlyList<TopicPartition> topics, OffsetSpec spec, IsolationLevel isolation, CancellationToken cancel)
    {
        if (topics.Count == 0)
        {
            return new Dictionary<TopicPartition, long>();
        }

        var begun = time.GetTimestamp();
        while (true)
        {
            try
            {
                var result = await _admin.AskAsync(a => a.ListOffsetsAsync(
                    topics.Select(t => new TopicPartitionOffsetSpec { TopicPartition = t, OffsetSpec = spec }),
                    new ListOffsetsOptions { IsolationLevel = isolation, RequestTimeout = findWithin ?? (5 * _request) }), cancel);
                return result.ResultInfos.Select(r => r.TopicPartitionOffsetError).ToDictionary(r => r.TopicPartition, r => r.Offset.Value);
            }
            catch (KafkaException) when (time.GetElapsedTime(begun) < _findPatience)
            {
                // The next client knows the leaders of today.
                await Task.Delay(_pause, time, cancel);
            }
            catch (KafkaException e)
            {
                throw new IOException($"Kafka at {clients.Options.Brokers} does not tell the ends of topic {topics[0].Topic}: {ReasonOf(e)}.", e);
            }
        }
    }

    private static string ReasonOf(KafkaException e) =>
        e is ListOffsetsException { Result.ResultInfos: var infos }
        && infos.FirstOrDefault(i => i.TopicPartitionOffsetError.Error.IsError) is { } failed
            ? failed.TopicPartitionOffsetError.Error.Reason
            : e.Error.Reason;
}
