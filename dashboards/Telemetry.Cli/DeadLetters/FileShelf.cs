using System.Runtime.CompilerServices;
using Telemetry.Bus;
using Telemetry.Indexer;

namespace Telemetry.Cli.DeadLetters;

/// <summary>The files of a data directory, where the bus is embedded.</summary>
internal sealed class FileShelf(string dataDirectory) : IDeadLetterShelf
{
    private readonly DeadLetterFolder _folder = new(dataDirectory);

    public Task<IReadOnlyList<KeptDeadLetter>> ListAsync(int limit, CancellationToken cancel) => Task.FromResult(_folder.List(limit));

    public async IAsyncEnumerable<KeptDeadLetter> ReadAsync(
        IReadOnlyCollection<string> ids, [EnumeratorCancellation] CancellationToken cancel)
    {
        foreach (var id in ids)
        {
            cancel.ThrowIfCancellationRequested();
            if (_folder.Find(id) is { } letter)
            {
                yield return letter;
            }
        }

        await Task.CompletedTask;
    }

    public Task RemoveAsync(IReadOnlyCollection<string> ids, CancellationToken cancel)
    {
        foreach (var id in ids)
        {
            cancel.ThrowIfCancellationRequested();
            _folder.Drop(id);
        }

        return Task.CompletedTask;
    }

    public void Dispose()
    {
    }
}
