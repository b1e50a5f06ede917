using System.Text;
using Telemetry.Query;

namespace Telemetry.Store;

/// <summary>
/// Interns the names of free attributes without allocating for a known one. Bounded: past the limit, or when a name is too
/// long, there is no name and the attribute stays in <c>event.original</c> only. Not thread-safe.
/// </summary>
public sealed class LabelNames(int limit = 10_000)
{
    /// <summary>Longest attribute path kept, bytes, without the prefix.</summary>
    public const int MaxNameBytes = 200;

    private readonly Dictionary<byte[], FieldName> _names = new(Utf8Comparer.Instance);

    /// <summary>Names refused because of the limits.</summary>
    public long Refused { get; private set; }

    /// <summary>Finds or makes the field of an attribute path ("order.id" gives <c>labels.order.id</c>).</summary>
    public bool TryGet(ReadOnlySpan<byte> path, out FieldName field)
    {
        var lookup = _names.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (lookup.TryGetValue(path, out field!))
        {
            return true;
        }

        if (path.Length > MaxNameBytes || path.IsEmpty || _names.Count >= limit)
        {
            Refused++;
            return false;
        }

        field = new FieldName(Fields.LabelPrefix + Encoding.UTF8.GetString(path), FieldType.Keyword);
        _names.Add(path.ToArray(), field);
        return true;
    }

    private sealed class Utf8Comparer
        : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static readonly Utf8Comparer Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj) => GetHashCode(obj.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = new HashCode();
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
