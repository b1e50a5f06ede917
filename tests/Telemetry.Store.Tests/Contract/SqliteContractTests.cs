namespace Telemetry.Store.Tests.Contract;

public sealed class SqliteContractTests : DocumentReaderContract
{
    protected override Task<IContractStore> CreateAsync() => Task.FromResult<IContractStore>(new SqliteContractStore());
}
