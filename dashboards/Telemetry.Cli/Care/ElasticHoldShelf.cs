using Telemetry.Store;
using Telemetry.Store.Elasticsearch;
using Telemetry.Store.Elasticsearch.Holds;
using Telemetry.Store.Elasticsearch.Lifetimes;
using Telemetry.Store.Holds;
using Telemetry.Wire;

namespace Telemetry.Cli.Care;

/// <summary>The holds of an Elasticsearch store, which lie in it.</summary>
internal sealed class ElasticHoldShelf : IHoldShelf
{
    private readonly ElasticClient _client;
    private readonly ElasticHolds _holds;

    public ElasticHoldShelf(ElasticOptions options, TimeProvider time)
    {
        _client = new ElasticClient(options, time);
        _holds = new ElasticHolds(_client);
        Lifetimes = new ElasticLifetimeReader(_client);
    }

    public string Place => _client.Options.Redacted;

    public ILifetimeReader Lifetimes { get; }

    public Task<IReadOnlyList<Hold>> ListAsync(CancellationToken cancel) => _holds.ListAsync(cancel);

    public Task<bool> AddAsync(Hold hold, CancellationToken cancel) => _holds.AddAsync(hold, cancel);

    public Task<bool> ReleaseAsync(LifetimeId lifetime, CancellationToken cancel) => _holds.ReleaseAsync(lifetime, cancel);

    public void Dispose() => _client.Dispose();
}
