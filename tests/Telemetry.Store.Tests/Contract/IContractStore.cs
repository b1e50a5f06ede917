namespace Telemetry.Store.Tests.Contract;

/// <summary>An empty store of the test's own.</summary>
public interface IContractStore : IAsyncDisposable
{
    /// <summary>Answers for what was stored.</summary>
    IDocumentReader Reader { get; }

    /// <summary>Stores documents; when it returns, they are found.</summary>
    Task StoreAsync(IEnumerable<Document> documents);

    /// <summary>What is stored from here on lies in new files or indices.</summary>
    Task RollOverAsync();

    /// <summary>Writes on with other promoted fields, as after a restart of the indexer.</summary>
    /// <exception cref="FieldConflictException">They do not fit what is stored.</exception>
    Task PromoteAsync(PromotedFields fields);
}
