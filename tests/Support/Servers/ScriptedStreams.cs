using System.Globalization;

namespace Telemetry.Tests.Support.Servers;

/// <summary>
/// What the scripted store holds: data streams with their backing indices, and documents by index and id. <c>create</c> looks at the
/// newest index only, as Elasticsearch does. Thread-safe.
/// </summary>
public sealed class ScriptedStreams
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<string>> _indexes = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Index, string Id), string> _documents = [];

    /// <summary>A copy of all documents.</summary>
    public IReadOnlyDictionary<(string Index, string Id), string> Documents
    {
        get
        {
            lock (_gate)
            {
                return new Dictionary<(string, string), string>(_documents);
            }
        }
    }

    /// <summary>Ids that are stored more than once.</summary>
    public IReadOnlyList<string> Duplicated =>
        [.. Documents.Keys.GroupBy(key => key.Id, StringComparer.Ordinal).Where(group => group.Count() > 1).Select(group => group.Key)];

    /// <summary>Backing indices of a data stream, oldest first; empty when there is none.</summary>
    public IReadOnlyList<string> Indexes(string stream)
    {
        lock (_gate)
        {
            return _indexes.TryGetValue(stream, out var indexes) ? [.. indexes] : [];
        }
    }

    /// <summary>Begins a new backing index.</summary>
    public string Rollover(string stream)
    {
        lock (_gate)
        {
            if (!_indexes.TryGetValue(stream, out var indexes))
            {
                _indexes.Add(stream, indexes = []);
            }

            indexes.Add(string.Create(CultureInfo.InvariantCulture, $".ds-{stream}-2026.11.22-{indexes.Count + 1:D6}"));
            return indexes[^1];
        }
    }

    /// <summary>Stores a document unless the newest index has its id.</summary>
    public (string Index, bool Created) Create(string stream, string id, string source)
    {
        lock (_gate)
        {
            var index = _indexes.TryGetValue(stream, out var indexes) ? indexes[^1] : Rollover(stream);
            return (index, _documents.TryAdd((index, id), source));
        }
    }

    /// <summary>True when it is a backing index of a data stream.</summary>
    public bool IsIndex(string index)
    {
        lock (_gate)
        {
            return _indexes.Values.Any(indexes => indexes.Contains(index, StringComparer.Ordinal));
        }
    }

    /// <summary>True when the index has the document.</summary>
    public bool Has(string index, string id)
    {
        lock (_gate)
        {
            return _documents.ContainsKey((index, id));
        }
    }

    /// <summary>Deletes a document. False when it is not there.</summary>
    public bool Delete(string index, string id)
    {
        lock (_gate)
        {
            return _documents.Remove((index, id));
        }
    }
}
