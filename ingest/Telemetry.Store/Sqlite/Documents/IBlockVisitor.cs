namespace Telemetry.Store.Sqlite.Documents;

/// <summary>What one thread gathers from the blocks that it is shown. Not thread-safe.</summary>
internal interface IBlockVisitor
{
    /// <summary>
    /// Takes the matches of a block. <paramref name="matches"/> is null when every document of the block matches.
    /// </summary>
    void Visit(BlockContext block, DocumentSet? matches);
}
