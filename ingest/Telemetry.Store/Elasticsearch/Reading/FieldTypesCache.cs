using Telemetry.Query;

namespace Telemetry.Store.Elasticsearch.Reading;

/// <summary>
/// The types of promoted fields, asked for again after a while, or when a query names a field that is not among them. Safe for
/// concurrent use.
/// </summary>
internal sealed class FieldTypesCache(ElasticClient client, string target)
{
    private static readonly TimeSpan TrustedFor = TimeSpan.FromSeconds(5);

    private volatile Entry? _known;

    public async ValueTask<FieldTyping> GetAsync(CancellationToken cancel) =>
        _known is { } known && client.Time.GetElapsedTime(known.At) < TrustedFor ? known.Types : await ReadAsync(cancel).ConfigureAwait(false);

    /// <summary>Types that know the fields of the query, if the store does.</summary>
    public async ValueTask<FieldTyping> GetAsync(KqlNode query, CancellationToken cancel)
    {
        var types = await GetAsync(cancel).ConfigureAwait(false);
        return KnowsAll(query, types) ? types : await ReadAsync(cancel).ConfigureAwait(false);
    }

    private async ValueTask<FieldTyping> ReadAsync(CancellationToken cancel)
    {
        var at = client.Time.GetTimestamp();
        var fields = await MappedFields.ReadAsync(client, target, cancel).ConfigureAwait(false);
        var types = fields.Promoted.Count == 0 ? FieldTyping.Instance : new FieldTyping(fields.Promoted);
        _known = new Entry(types, at);
        return types;
    }

    private static bool KnowsAll(KqlNode query, FieldTyping types) => query switch
    {
        AllOf all => all.Children.All(child => KnowsAll(child, types)),
        AnyOf any => any.Children.All(child => KnowsAll(child, types)),
        Not not => KnowsAll(not.Child, types),
        FieldExists exists => Knows(exists.Field, types),
        FieldMatches { Field: { } field } => Knows(field, types),
        FieldCompares compares => Knows(compares.Field, types),
        _ => true,
    };

    private static bool Knows(string name, FieldTyping types) =>
        name.StartsWith(Fields.LabelPrefix, StringComparison.Ordinal) || types.TryGet(name, out _);

    private sealed record Entry(FieldTyping Types, long At);
}
