using Telemetry.Store.Sqlite.Documents;
using Telemetry.Store.Tests.Documents;

namespace Telemetry.Store.Tests.Contract;

/// <summary>One lane in a directory; a new partition begins an hour later on the bus.</summary>
internal sealed class SqliteContractStore : IContractStore
{
    private readonly TemporaryDirectory _directory = new();
    private SqliteDocumentWriter _writer;
    private readonly SqliteDocumentReader _reader;
    private long _busUnixUs = Some.TimeUnixUs;
    private long _position;

    public SqliteContractStore()
    {
        _writer = Some.Writer(_directory.Path, Options);
        _reader = Some.Reader(_directory.Path);
    }

    public IDocumentReader Reader => _reader;

    private static SqliteStoreOptions Options => new() { MinWidth = TimeSpan.FromHours(1), MaxWidth = TimeSpan.FromHours(1) };

    public async Task StoreAsync(IEnumerable<Document> documents)
    {
        foreach (var document in documents)
        {
            Assert.True(_writer.Begin(_position++, _busUnixUs));
            _writer.Write(document);
        }

        await _writer.CommitAsync(_position, default);
    }

    public Task RollOverAsync()
    {
        _busUnixUs += 3_600_000_000;
        return Task.CompletedTask;
    }

    public async Task PromoteAsync(PromotedFields fields)
    {
        _reader.ThrowIfInConflict(fields);
        await _writer.DisposeAsync();
        _writer = Some.Writer(_directory.Path, Options with { Promoted = fields });
    }

    public async ValueTask DisposeAsync()
    {
        _reader.Dispose();
        await _writer.DisposeAsync();
        _directory.Dispose();
    }
}
