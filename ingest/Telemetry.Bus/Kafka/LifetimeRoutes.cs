using System.Collections.Concurrent;
using Confluent.Kafka;
using Telemetry.Wire;

namespace Telemetry.Bus.Kafka;

/// <summary>
/// Which generation of topics a lifetime is in. A gateway has no memory, there are several, and each learns of a new generation
/// at its own time; yet all batches of a lifetime have to be in one partition. So the decision is itself on the bus: before its
/// first batch is appended, the gateway writes "lifetime, newest generation I know" to the routes topic and reads the topic
/// until that record has come back. <b>The first record of a lifetime in the order of the log decides</b>, for its writer too.
/// <para>
/// Two gateways that write at the same time read the same log and agree; one that writes much later finds the first record
/// before its own. That holds only while first records stay: the topic is kept for ever and is not compacted, since compaction
/// keeps the last. It grows by some 100 bytes per boot of a server; all of it is read at start, and kept here with about 60
/// bytes a lifetime. It is written also while there is one generation only: otherwise nobody could tell, once there are two,
/// which lifetimes the first one has, as retention has deleted what they wrote.
/// </para>
/// Safe for concurrent use.
/// </summary>
internal sealed class LifetimeRoutes : IDisposable
{
    private readonly ConcurrentDictionary<LifetimeId, int> _known = new();
    private readonly ConcurrentDictionary<LifetimeId, TaskCompletionSource<int>> _asked = new();
    private readonly TaskCompletionSource _caughtUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private readonly TopicPartition _log;
    private readonly IProducer<byte[], byte[]> _producer;
    private readonly IConsumer<byte[], byte[]> _consumer;
    private readonly Action<string> _onProblem;
    private readonly Thread _tail;

    public LifetimeRoutes(KafkaClients clients, TopicNames names, Action<string> onProblem)
    {
        _onProblem = onProblem;
        _log = new TopicPartition(names.Routes, 0);
        _producer = new ProducerBuilder<byte[], byte[]>(clients.Producer(Lane.Critical))
            .SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();
        _consumer = new ConsumerBuilder<byte[], byte[]>(clients.Reader())
            .SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();
        _tail = new Thread(Tail) { IsBackground = true, Name = "kafka-routes" };
        _tail.Start();
    }

    /// <summary>False when it is not decided, or not known here yet.</summary>
    public bool TryGet(LifetimeId lifetime, out int generation) => _known.TryGetValue(lifetime, out generation);

    /// <summary>
    /// Decides where a lifetime is, with <paramref name="newest"/> as this gateway's word. Waits for the broker as long as it takes.
    /// </summary>
    /// <exception cref="IOException">The word could not be written.</exception>
    public async Task<int> DecideAsync(LifetimeId lifetime, Func<int> newest)
    {
        await _caughtUp.Task;
        if (_known.TryGetValue(lifetime, out var generation))
        {
            return generation;
        }

        var mine = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var asked = _asked.GetOrAdd(lifetime, mine);
        if (asked == mine)
        {
            Write(lifetime, newest(), mine);

            // Between the look above and the asking the tail may have read another's word, and told nobody.
            if (_known.TryGetValue(lifetime, out generation))
            {
                Finish(lifetime, asked => asked.TrySetResult(generation));
            }
        }

        return await asked.Task;
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _tail.Join();
        _consumer.Dispose();
        _producer.Dispose();
        var closed = new IOException("The writing side of the bus is closed.");
        _caughtUp.TrySetException(closed);
        foreach (var lifetime in _asked.Keys)
        {
            Finish(lifetime, asked => asked.TrySetException(closed));
        }

        _stopping.Dispose();
    }

    private void Write(LifetimeId lifetime, int generation, TaskCompletionSource<int> asked)
    {
        try
        {
            _producer.Produce(
                _log, new Message<byte[], byte[]> { Key = lifetime.ToByteArray(), Value = RouteFormat.Write(generation) },
                report =>
                {
                    if (report.Error.IsError)
                    {
                        Finish(lifetime, a => a.TrySetException(Failed(report.Error)));
                    }
                });
        }
        catch (KafkaException e)
        {
            Finish(lifetime, a => a.TrySetException(Failed(e.Error)));
        }
    }

    private static IOException Failed(Error error) =>
        new($"The generation of a lifetime could not be written to the bus: {error.Reason}.");

    private void Finish(LifetimeId lifetime, Action<TaskCompletionSource<int>> how)
    {
        if (_asked.TryRemove(lifetime, out var asked))
        {
            how(asked);
        }
    }

    private void Tail()
    {
        _consumer.Assign(new TopicPartitionOffset(_log, Offset.Beginning));
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                if (_consumer.Consume(100) is { } result)
                {
                    Take(result);
                }
            }
            catch (KafkaException e)
            {
                // The library goes on by itself; until it does, lifetimes not seen before wait.
                _onProblem($"The routes of the bus cannot be read: {e.Error.Reason}.");
                _stopping.Token.WaitHandle.WaitOne(1000);
            }
        }
    }

    private void Take(ConsumeResult<byte[], byte[]> result)
    {
        if (result.IsPartitionEOF)
        {
            _caughtUp.TrySetResult();
        }
        else if (!RouteFormat.TryRead(result.Message.Key, result.Message.Value, out var lifetime, out var generation))
        {
            _onProblem($"The message at {result.Offset.Value} of topic {_log.Topic} is no route and is skipped.");
        }
        else
        {
            _known.TryAdd(lifetime, generation);
            var decided = _known[lifetime];
            Finish(lifetime, asked => asked.TrySetResult(decided));
        }
    }
}
