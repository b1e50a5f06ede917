using Telemetry.Bus;
using Telemetry.Bus.Kafka;

namespace Telemetry.Cli.DeadLetters;

/// <summary>The topic of a Kafka.</summary>
internal sealed class KafkaShelf(KafkaOptions kafka, TimeProvider time) : IDeadLetterShelf
{
    private readonly KafkaBusAdmin _admin = new(kafka, time);

    public Task<IReadOnlyList<KeptDeadLetter>> ListAsync(int limit, CancellationToken cancel) =>
        _admin.DeadLetters.ListAsync(limit, cancel);

    public IAsyncEnumerable<KeptDeadLetter> ReadAsync(IReadOnlyCollection<string> ids, CancellationToken cancel) =>
        _admin.DeadLetters.ReadAsync(ids, cancel);

    public Task RemoveAsync(IReadOnlyCollection<string> ids, CancellationToken cancel) => _admin.DeadLetters.DropAsync(ids, cancel);

    public void Dispose() => _admin.Dispose();
}
