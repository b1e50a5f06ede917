using Confluent.Kafka;

namespace Telemetry.Bus.Kafka;

/// <summary>Reads the committed messages of a partition between two offsets, in no group. Not thread-safe.</summary>
internal sealed class LogScan(KafkaClients clients, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan _poll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private IConsumer<byte[], byte[]>? _consumer;

    /// <summary>
    /// Gives each message from <paramref name="after"/> on until <paramref name="end"/> is reached, waiting for transactions before
    /// it to be decided; returns the offset to go on from. Throws <see cref="IOException"/>.
    /// </summary>
    public Task<long> ReadAsync(
        TopicPartition log, long after, long end, Action<ConsumeResult<byte[], byte[]>> take, CancellationToken cancel) =>
        Task.Run(() => Read(log, after, end, take, cancel), cancel);

    public async ValueTask DisposeAsync()
    {
        if (_consumer is { } consumer)
        {
            await Task.Run(consumer.Dispose);
        }
    }

    private long Read(TopicPartition log, long after, long end, Action<ConsumeResult<byte[], byte[]>> take, CancellationToken cancel)
    {
        var movedAt = time.GetTimestamp();
        try
        {
            _consumer ??= new ConsumerBuilder<byte[], byte[]>(clients.Reader())
                .SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();
            _consumer.Assign(new TopicPartitionOffset(log, after));
            while (after < end)
            {
                cancel.ThrowIfCancellationRequested();
                if (_consumer.Consume(_poll) is { } result)
                {
                    after = Next(result, take);
                    movedAt = time.GetTimestamp();
                }
                else if (time.GetElapsedTime(movedAt) > _patience)
                {
                    throw new IOException($"Topic {log.Topic} gives nothing from {after} on, and its end is {end}.");
                }
            }

            _consumer.Unassign();
            return after;
        }
        catch (KafkaException e)
        {
            throw new IOException($"Topic {log.Topic} cannot be read: {e.Error.Reason}.", e);
        }
    }

    private static long Next(ConsumeResult<byte[], byte[]> result, Action<ConsumeResult<byte[], byte[]>> take)
    {
        if (result.IsPartitionEOF)
        {
            return result.Offset.Value;
        }

        take(result);
        return result.Offset.Value + 1;
    }
}
