namespace Telemetry.Store.Sqlite.Documents;

/// <summary>The documents that have a value of a field.</summary>
internal sealed class ExistsNode(int field) : BoundNode
{
    public override int Cost => 1;

    public override void Evaluate(BlockContext block, DocumentSet? within, DocumentSet result) =>
        block.Column(field)?.AddPresent(result);
}
