using System.Text.Json;
using Telemetry.Query;

namespace Telemetry.Store.Elasticsearch;

/// <summary>
/// The fields that the indices of a target have, as the field capabilities API tells them. A field that was promoted says so in the
/// <c>meta</c> of its mapping, with our name of its type; it stays there for as long as an index with it does.
/// </summary>
internal sealed class MappedFields
{
    /// <summary>Member of <c>meta</c>.</summary>
    public const string Mark = "telemetry.type";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, string[]> _types = new(StringComparer.Ordinal);

    private MappedFields()
    {
    }

    /// <summary>Fields that were promoted, with their types.</summary>
    public List<FieldName> Promoted { get; } = [];

    /// <summary>Asks; of indices that are not there, none.</summary>
    /// <exception cref="IOException">The server cannot be reached, or does not let us look.</exception>
    public static async Task<MappedFields> ReadAsync(ElasticClient client, string target, CancellationToken cancel)
    {
        var path = $"/{target}/_field_caps?fields=*&ignore_unavailable=true&allow_no_indices=true&filter_path=fields";
        var response = await client.SendAsync(HttpMethod.Get, path, default, Deadline, cancel).ConfigureAwait(false);
        var fields = new MappedFields();
        if (response.Status == 404)
        {
            return fields;
        }

        if (!response.IsSuccess)
        {
            throw response.Status is 429 or >= 500
                ? new ElasticUnavailableException($"Elasticsearch does not show its fields: {response.Problem()}.", mayBeApplied: false)
                : new IOException($"Elasticsearch does not show its fields: {response.Problem()}.");
        }

        using var json = response.Json();
        if (json.RootElement.TryGetProperty("fields"u8, out var all))
        {
            foreach (var field in all.EnumerateObject())
            {
                fields.Add(field.Name, field.Value);
            }
        }

        return fields;
    }

    /// <summary>Elasticsearch's types of a field, several when indices differ; none when no index has it.</summary>
    public IReadOnlyList<string> TypesOf(string name) => _types.GetValueOrDefault(name, []);

    private void Add(string name, JsonElement byType)
    {
        _types[name] = [.. byType.EnumerateObject().Select(type => type.Name)];
        foreach (var type in byType.EnumerateObject())
        {
            if (type.Value.TryGetProperty("meta"u8, out var meta) && meta.TryGetProperty(Mark, out var marks)
                && Enum.TryParse<FieldType>(marks[0].GetString(), ignoreCase: true, out var known) && Enum.IsDefined(known) && !Fields.TryGet(name, out _))
            {
                Promoted.Add(new FieldName(name, known));
            }
        }
    }
}
