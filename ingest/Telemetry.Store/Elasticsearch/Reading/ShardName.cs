using System.Globalization;

namespace Telemetry.Store.Elasticsearch.Reading;

/// <summary>One shard of one index.</summary>
/// <param name="Index">Name of the index.</param>
/// <param name="Number">Number of the shard in it.</param>
internal readonly record struct ShardName(string Index, int Number)
{
    /// <summary>What the indices of one data stream have in common: <c>.ds-STREAM</c> of <c>.ds-STREAM-2026.11.22-000001</c>.</summary>
    public string Family => Split().Family;

    /// <summary>The last part of a backing index's name; 0 of another index.</summary>
    public long Generation => Split().Generation;

    /// <summary>Parses what <see cref="ToString"/> gives. Does not throw.</summary>
    public static bool TryParse(string text, out ShardName name)
    {
        var slash = text.LastIndexOf('/');
        var isNumber = int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        name = slash > 0 && isNumber ? new ShardName(text[..slash], number) : default;
        return slash > 0 && isNumber;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Index}/{Number}");

    private (string Family, long Generation) Split()
    {
        var last = Index.LastIndexOf('-');
        var date = last > 0 ? Index.LastIndexOf('-', last - 1) : -1;
        return Index.StartsWith(".ds-", StringComparison.Ordinal) && date > 0
            && long.TryParse(Index.AsSpan(last + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var generation)
                ? (Index[..date], generation)
                : (Index, 0);
    }
}
