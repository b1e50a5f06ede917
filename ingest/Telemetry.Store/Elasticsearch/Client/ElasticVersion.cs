using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Telemetry.Store.Elasticsearch;

/// <summary>Version of a server; decides what templates may say.</summary>
public readonly record struct ElasticVersion(int Major, int Minor) : IComparable<ElasticVersion>
{
    /// <summary>
    /// The oldest that is spoken to, 8.17: the first in which logsdb is generally available. Data stream lifecycles (8.14) and point in
    /// time with <c>_shard_doc</c> (7.12) are then there as well.
    /// </summary>
    public static readonly ElasticVersion Oldest = new(8, 17);

    /// <summary>8.19 and 9.1 brought the failure store; a template that names it is refused by those before.</summary>
    public bool HasFailureStore => (Major == 8 && Minor >= 19) || CompareTo(new ElasticVersion(9, 1)) >= 0;

    /// <summary>Parses <c>8.19.21</c>, also with a suffix. Does not throw.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ElasticVersion version)
    {
        version = default;
        var parts = text?.Split('.') ?? [];
        if (parts.Length < 2
            || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minor))
        {
            return false;
        }

        version = new ElasticVersion(major, minor);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(ElasticVersion other) => (Major, Minor).CompareTo((other.Major, other.Minor));

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}");
}
