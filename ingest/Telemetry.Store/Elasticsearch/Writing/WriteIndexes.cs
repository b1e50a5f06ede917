using System.Text;
using System.Text.Json;

namespace Telemetry.Store.Elasticsearch.Writing;

/// <summary>
/// The newest backing index known of each data stream. What is sent after it was learnt lies in it or in a later one, so it is the
/// first that has to be asked for a document in doubt. Thread-safe.
/// </summary>
internal sealed class WriteIndexes
{
    private readonly BackingIndex?[] _newest = new BackingIndex?[DataStreamNames.Count];

    public BackingIndex? this[DocumentStream stream] => Volatile.Read(ref _newest[(int)stream]);

    /// <summary>Takes notice of where a document went.</summary>
    public void Learn(DocumentStream stream, ReadOnlySpan<byte> name)
    {
        if (this[stream] is { } known && name.SequenceEqual(known.Utf8))
        {
            return;
        }

        if (BackingIndex.TryParse(name, out var index))
        {
            Learn(stream, index!);
        }
    }

    public void Learn(DocumentStream stream, BackingIndex index)
    {
        ref var slot = ref _newest[(int)stream];
        while (Volatile.Read(ref slot) is var known && (known is null || index.Generation > known.Generation))
        {
            if (Interlocked.CompareExchange(ref slot, index, known) == known)
            {
                return;
            }
        }
    }

    /// <summary>What is known now; where nothing is, what the other says.</summary>
    public BackingIndex?[] Or(BackingIndex?[] other)
    {
        var result = new BackingIndex?[DataStreamNames.Count];
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = this[(DocumentStream)i] ?? other[i];
        }

        return result;
    }

    /// <summary><c>{"app":".ds-logs-telemetry.app-default-2026.11.22-000003"}</c>; "" when nothing is known.</summary>
    public static string Print(BackingIndex?[] indexes)
    {
        if (indexes.All(index => index is null))
        {
            return "";
        }

        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            for (var i = 0; i < indexes.Length; i++)
            {
                if (indexes[i] is { } index)
                {
                    json.WriteString(DataStreamNames.Dataset((DocumentStream)i), index.Name);
                }
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>Reads what <see cref="Print"/> wrote; what does not read is not known, which costs look-ups only.</summary>
    public static BackingIndex?[] Parse(string mark)
    {
        var result = new BackingIndex?[DataStreamNames.Count];
        if (mark.Length == 0)
        {
            return result;
        }

        try
        {
            using var json = JsonDocument.Parse(mark);
            for (var i = 0; i < result.Length; i++)
            {
                if (json.RootElement.ValueKind == JsonValueKind.Object
                    && json.RootElement.TryGetProperty(DataStreamNames.Dataset((DocumentStream)i), out var name)
                    && name.ValueKind == JsonValueKind.String)
                {
                    BackingIndex.TryParse(Encoding.UTF8.GetBytes(name.GetString()!), out result[i]);
                }
            }
        }
        catch (JsonException)
        {
            // Another store's mark.
        }

        return result;
    }
}
