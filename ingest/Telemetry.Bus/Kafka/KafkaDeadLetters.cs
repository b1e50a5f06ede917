using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Telemetry.Wire;

namespace Telemetry.Bus.Kafka;

/// <summary>
/// The dead letters of a Kafka bus. Each call reads the topic from its beginning: there are few, or something is badly wrong.
/// Safe for concurrent use. Every method throws <see cref="IOException"/> when the brokers cannot be asked.
/// </summary>
public sealed class KafkaDeadLetters
{
    private readonly KafkaClients _clients;
    private readonly StateOffsets _offsets;
    private readonly TimeProvider _time;
    private readonly TopicPartition _log;

    internal KafkaDeadLetters(KafkaClients clients, TopicNames names, StateOffsets offsets, TimeProvider time)
    {
        _clients = clients;
        _offsets = offsets;
        _time = time;
        _log = new TopicPartition(names.DeadLetters, 0);
    }

    /// <summary>The newest letters that were not dropped, oldest first, without their bytes.</summary>
    /// <param name="limit">How many at most, from 1.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<IReadOnlyList<KeptDeadLetter>> ListAsync(int limit, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        var kept = new Dictionary<string, (long Offset, KeptDeadLetter Letter)>(StringComparer.Ordinal);
        await ScanAsync(
            result =>
            {
                if (result.Message.Value is null)
                {
                    kept.Remove(IdOf(result));
                }
                else if (DeadLetterFormat.TryRead(result.Message, out var letter))
                {
                    kept[letter.Id] = (result.Offset.Value, letter with { Letter = letter.Letter with { Bytes = default } });
                }
            },
            cancel);
        return [.. kept.Values.OrderBy(k => k.Offset).TakeLast(limit).Select(k => k.Letter)];
    }

    /// <summary>One letter with its bytes; null when there is none, or it was dropped.</summary>
    public async Task<KeptDeadLetter?> FindAsync(string id, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(id);
        KeptDeadLetter? found = null;
        await ScanAsync(
            result =>
            {
                if (IdOf(result) == id)
                {
                    found = result.Message.Value is not null && DeadLetterFormat.TryRead(result.Message, out var letter) ? letter : null;
                }
            },
            cancel);
        return found;
    }

    /// <summary>Drops letters: they are listed no more, and compaction removes their bytes. Dropping one that is none does nothing.</summary>
    public async Task DropAsync(IReadOnlyCollection<string> ids, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(ids);
        using var producer = new ProducerBuilder<byte[], byte[]>(_clients.Producer(Lane.Critical))
            .SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();
        try
        {
            await Task.WhenAll(ids.Select(id => producer.ProduceAsync(
                _log, new Message<byte[], byte[]> { Key = Encoding.UTF8.GetBytes(id), Value = null! }, cancel)));
        }
        catch (KafkaException e)
        {
            throw new IOException($"The dead letters were not all dropped: {e.Error.Reason}.", e);
        }
    }

    private static string IdOf(ConsumeResult<byte[], byte[]> result) =>
        result.Message.Key is { } key ? Encoding.UTF8.GetString(key) : "";

    private async Task ScanAsync(Action<ConsumeResult<byte[], byte[]>> take, CancellationToken cancel)
    {
        var start = await _offsets.FindAsync(_log, OffsetSpec.Earliest(), IsolationLevel.ReadUncommitted, cancel);
        var end = await _offsets.FindAsync(_log, OffsetSpec.Latest(), IsolationLevel.ReadUncommitted, cancel);
        await using var scan = new LogScan(_clients, _time);
        await scan.ReadAsync(_log, start, end, take, cancel);
    }
}
