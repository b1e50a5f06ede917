namespace Telemetry.Indexer.Parsing;

/// <summary>The lines of a record, without their ends.</summary>
internal ref struct LineWalk(ReadOnlySpan<byte> text)
{
    private ReadOnlySpan<byte> _rest = text;
    private bool _done;

    public ReadOnlySpan<byte> Current { get; private set; }

    public readonly LineWalk GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_done)
        {
            return false;
        }

        var end = _rest.IndexOf((byte)'\n');
        _done = end < 0;
        Current = (_done ? _rest : _rest[..end]).TrimEnd((byte)'\r');
        _rest = _done ? default : _rest[(end + 1)..];
        return true;
    }
}
