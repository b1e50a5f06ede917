using Telemetry.Bus;
using Telemetry.Indexer;
using Telemetry.Store.Elasticsearch;
using Telemetry.Wire;

namespace Telemetry.Cli.DeadLetters;

/// <summary>
/// Tries letters again. A document goes to the store by its id, so that it is there once whatever happens. An entry goes to the bus:
/// nothing of it was learned when it did not decode, so that it is taken like any other if it decodes now, and as a resend when it
/// was retried before; a loss that was declared for it ends when its records are stored. A single record cannot go anywhere: the
/// batch that it came in is stored, and a document that says what it was has its place and its id.
/// </summary>
/// <param name="store">Elasticsearch; null where documents are in files, which refuse none.</param>
/// <param name="openBus">Opens the writing side of the bus; called once, when it is first needed.</param>
/// <param name="time">Bus time of what is appended.</param>
internal sealed class LetterRetry(ElasticClient? store, Func<CancellationToken, Task<IBusWriter>> openBus, TimeProvider time)
{
    private readonly DocumentRetry? _documents = store is null ? null : new DocumentRetry(store);
    private IBusWriter? _bus;

    public Task<RetryResult> TryAsync(KeptDeadLetter kept, CancellationToken cancel) =>
        kept.Letter.Bytes.Length < kept.Size ? Task.FromResult(RetryResult.Failed("It was cut when it was kept, so that it is not whole."))
        : kept.Letter.DocumentId.Length > 0 ? StoreAsync(kept.Letter, cancel)
        : kept.Letter.Record is not null ? Task.FromResult(RetryResult.Failed(
            "A record that does not decode is in the store as such, with its bytes in this letter; by itself it is no batch."))
        : AppendAsync(kept.Letter, cancel);

    private async Task<RetryResult> StoreAsync(DeadLetter letter, CancellationToken cancel)
    {
        if (_documents is null)
        {
            return RetryResult.Failed("An Elasticsearch refused this document; name it with --store URL.");
        }

        if (!DocumentId.TryParse(letter.DocumentId, out var id))
        {
            return RetryResult.Failed("Its document has no id of ours.");
        }

        var (outcome, problem) = await _documents.CreateAsync(id, letter.Bytes, cancel);
        return outcome switch
        {
            RetriedDocument.Stored => new RetryResult("stored"),
            RetriedDocument.WasThere => new RetryResult("present", problem),
            _ => RetryResult.Failed(problem),
        };
    }

    private async Task<RetryResult> AppendAsync(DeadLetter letter, CancellationToken cancel)
    {
        if (letter.Stamp.Lifetime == default)
        {
            return RetryResult.Failed("A former version kept it without its lifetime, so that nobody can say whose it is.");
        }

        // It would only come back as another letter.
        if (DeadLetterCheck.FindProblem(letter) is { Length: > 0 } problem)
        {
            return RetryResult.Failed(problem);
        }

        _bus ??= await openBus(cancel);
        var now = (time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) / 10;
        await _bus.AppendAsync(letter.Partition.Lane, letter.Stamp with { BusUnixUs = now }, letter.Bytes, cancel);
        return new RetryResult("appended");
    }
}
