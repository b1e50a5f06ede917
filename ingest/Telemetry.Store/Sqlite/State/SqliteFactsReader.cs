using Telemetry.Autopsy;
using Telemetry.Wire;

namespace Telemetry.Store.Sqlite.State;

/// <summary>
/// Looks up what the critical lane knows of a lifetime, for those who enrich by it. Safe for concurrent use. Throws
/// <see cref="Microsoft.Data.Sqlite.SqliteException"/> when the file cannot be read.
/// </summary>
/// <param name="path"><c>state.db</c> of the critical lane.</param>
public sealed class SqliteFactsReader(string path)
{
    /// <summary>Facts of the lifetime and of its streams; null when it is unknown.</summary>
    public (LifetimeFacts Facts, IReadOnlyList<KeyValuePair<StreamEpoch, StreamFacts>> Streams)? Read(LifetimeId id)
    {
        using var reader = StateReader.Open(path);
        return reader?.Facts(id) is { } facts ? (facts, reader.Streams(id)) : null;
    }
}
