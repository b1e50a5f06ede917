namespace Telemetry.Store.Tests.Contract;

[Trait("Category", "heavy")]
public sealed class ElasticContractTests(SharedElasticsearch shared) : DocumentReaderContract
{
    protected override async Task<IContractStore> CreateAsync() => await ElasticContractStore.CreateAsync(shared);
}
