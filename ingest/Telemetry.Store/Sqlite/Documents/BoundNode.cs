namespace Telemetry.Store.Sqlite.Documents;

/// <summary>A node of a query, ready for one partition. Used by one thread at a time.</summary>
internal abstract class BoundNode
{
    /// <summary>What it costs, roughly; the cheap ones are asked first.</summary>
    public abstract int Cost { get; }

    /// <summary>
    /// Adds the documents of the block that match to <paramref name="result"/>, which is empty. Only documents in
    /// <paramref name="within"/> are asked about (null: all); whether others are added does not matter.
    /// </summary>
    public abstract void Evaluate(BlockContext block, DocumentSet? within, DocumentSet result);
}

internal sealed class EveryNode : BoundNode
{
    public override int Cost => 0;

    public override void Evaluate(BlockContext block, DocumentSet? within, DocumentSet result) =>
        result.Fill(block.Block.Count);
}

internal sealed class NoneNode : BoundNode
{
    public override int Cost => 0;

    public override void Evaluate(BlockContext block, DocumentSet? within, DocumentSet result)
    {
    }
}

internal sealed class NotNode(BoundNode child) : BoundNode
{
    public override int Cost => child.Cost;

    public override void Evaluate(BlockContext block, DocumentSet? within, DocumentSet result)
    {
        child.Evaluate(block, within, result);
        result.Not(block.Block.Count);
    }
}

internal sealed class AndNode(IEnumerable<BoundNode> children) : BoundNode
{
    private readonly BoundNode[] _children = [.. children.OrderBy(child => child.Cost)];

    public override int Cost => _children.Length == 0 ? 0 : _children[^1].Cost;

    public override void Evaluate(BlockContext block, DocumentSet? within, DocumentSet result)
    {
        result.Fill(block.Block.Count);
        if (within is not null)
        {
            result.And(within);
        }

        var matches = block.Scratch.RentSet();
        foreach (var child in _children)
        {
            if (result.IsEmpty)
            {
                break;
            }

            matches.Clear();
            child.Evaluate(block, result, matches);
            result.And(matches);
        }

        block.Scratch.Return(matches);
    }
}

internal sealed class OrNode(IEnumerable<BoundNode> children) : BoundNode
{
    private readonly BoundNode[] _children = [.. children.OrderBy(child => child.Cost)];

    public override int Cost => _children.Length == 0 ? 0 : _children[^1].Cost;

    public override void Evaluate(BlockContext block, DocumentSet? within, DocumentSet result)
    {
        var matches = block.Scratch.RentSet();
        foreach (var child in _children)
        {
            matches.Clear();
            child.Evaluate(block, within, matches);
            result.Or(matches);
        }

        block.Scratch.Return(matches);
    }
}
