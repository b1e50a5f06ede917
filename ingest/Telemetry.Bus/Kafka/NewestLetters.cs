namespace Telemetry.Bus.Kafka;

/// <summary>The newest letters of a topic while it is read, by id; past a number the oldest is forgotten. Not thread-safe.</summary>
internal sealed class NewestLetters<T>(int most)
{
    private readonly Dictionary<string, (long Offset, T Letter)> _letters = new(StringComparer.Ordinal);
    private readonly SortedDictionary<long, string> _byOffset = [];

    public void Add(string id, long offset, T letter)
    {
        Remove(id);
        _letters.Add(id, (offset, letter));
        _byOffset.Add(offset, id);
        if (_letters.Count > most)
        {
            Remove(_byOffset.First().Value);
        }
    }

    public void Remove(string id)
    {
        if (_letters.Remove(id, out var letter))
        {
            _byOffset.Remove(letter.Offset);
        }
    }

    public IEnumerable<(long Offset, T Letter)> InOrder() => _byOffset.Values.Select(id => _letters[id]);
}
