using System.Runtime.CompilerServices;
using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Telemetry.Wire;

namespace Telemetry.Bus.Kafka;

/// <summary>
/// The dead letters of a Kafka bus. Each call reads the topic from its beginning: there are few, or something is badly wrong.
/// The topic only grows: a letter that was dropped, or settled otherwise, has a later message without a value, and compaction
/// removes both. Safe for concurrent use. Every method throws <see cref="IOException"/> when the brokers cannot be asked.
/// </summary>
public sealed class KafkaDeadLetters
{
    /// <summary>Letters that are remembered while the topic is read; of more, the oldest are left out. Bounds memory.</summary>
    public const int MaxListed = 100_000;

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

    /// <summary>
    /// The newest letters that were not dropped, oldest first, without their bytes; looks at the newest <see cref="MaxListed"/> at most.
    /// </summary>
    /// <param name="limit">How many at most, from 1.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<IReadOnlyList<KeptDeadLetter>> ListAsync(int limit, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        var newest = new NewestLetters<KeptDeadLetter>(MaxListed);
        await ScanAsync(
            result =>
            {
                if (result.Message.Value is null)
                {
                    newest.Remove(IdOf(result));
                }
                else if (DeadLetterFormat.TryRead(result.Message, out var letter))
                {
                    newest.Add(letter.Id, result.Offset.Value, letter with { Letter = letter.Letter with { Bytes = default } });
                }
            },
            cancel);
        return [.. newest.InOrder().TakeLast(limit).Select(kept => kept.Letter)];
    }

    /// <summary>Those of some letters that are there, oldest first, with their bytes; one at a time is in memory.</summary>
    /// <param name="ids">Which; the newest <see cref="MaxListed"/> of them.</param>
    /// <param name="cancel">Gives up.</param>
    public async IAsyncEnumerable<KeptDeadLetter> ReadAsync(
        IReadOnlyCollection<string> ids, [EnumeratorCancellation] CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var wanted = ids.ToHashSet(StringComparer.Ordinal);
        var newest = new NewestLetters<string>(MaxListed);
        await ScanAsync(
            result =>
            {
                var id = IdOf(result);
                if (result.Message.Value is null)
                {
                    newest.Remove(id);
                }
                else if (wanted.Contains(id))
                {
                    newest.Add(id, result.Offset.Value, id);
                }
            },
            cancel);
        await using var scan = new LogScan(_clients, _time);
        foreach (var (offset, id) in newest.InOrder())
        {
            KeptDeadLetter? found = null;
            await scan.ReadAsync(
                _log, offset, offset + 1,
                result => found = IdOf(result) == id && DeadLetterFormat.TryRead(result.Message, out var letter) ? letter : found,
                cancel);
            if (found is not null)
            {
                yield return found;
            }
        }
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

    /// <summary>Drops letters, or settles them: they are listed no more, and compaction removes their bytes. Dropping one that is none does nothing.</summary>
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
