using Confluent.Kafka;
using Telemetry.Wire;

namespace Telemetry.Bus.Kafka;

/// <summary>
/// The committed offsets of a lane's group, asked for by a consumer that is no member of it. An admin client could be asked, too, but
/// librdkafka ends the process by an assertion when such a request has timed out and the coordinator answers after all
/// (confluentinc/librdkafka#3663, #4605), as it does when a broker comes back. Safe for concurrent use.
/// </summary>
internal sealed class GroupOffsets(KafkaClients clients, Lane lane) : IDisposable
{
    // Asking is reading, disposing is writing: the client may not go while it is asked.
    private readonly ReaderWriterLockSlim _use = new();
    private readonly Lazy<IConsumer<byte[], byte[]>> _consumer = new(
        () => new ConsumerBuilder<byte[], byte[]>(clients.Observer(lane))
            .SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build());

    private bool _isDisposed;

    /// <summary>Asks once, on a thread of its own. While a transaction is open over the offset, the answer is an error.</summary>
    public Task<(Offset Offset, Error Error)> AskAsync(TopicPartition topic, TimeSpan atMost) =>
        Task.Factory.StartNew(
            () => Ask(topic, atMost), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public void Dispose()
    {
        _use.EnterWriteLock();
        try
        {
            if (!_isDisposed && _consumer.IsValueCreated)
            {
                _consumer.Value.Dispose();
            }

            _isDisposed = true;
        }
        finally
        {
            _use.ExitWriteLock();
        }
    }

    private (Offset Offset, Error Error) Ask(TopicPartition topic, TimeSpan atMost)
    {
        _use.EnterReadLock();
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return (_consumer.Value.Committed([topic], atMost)[0].Offset, new Error(ErrorCode.NoError));
        }
        catch (TopicPartitionOffsetException e)
        {
            return (Offset.Unset, e.Results[0].Error);
        }
        catch (KafkaException e)
        {
            return (Offset.Unset, e.Error);
        }
        finally
        {
            _use.ExitReadLock();
        }
    }
}
