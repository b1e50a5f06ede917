namespace Telemetry.Store.Sqlite.Documents;

/// <summary>Gathers where every match is.</summary>
internal sealed class PurgeVisitor : IBlockVisitor
{
    public List<StoredOrder> Found { get; } = [];

    public void Visit(BlockContext block, DocumentSet? matches)
    {
        for (var i = 0; i < block.Block.Count; i++)
        {
            if (matches is null || matches[i])
            {
                Found.Add(OriginReader.Order(block, i));
            }
        }
    }
}
