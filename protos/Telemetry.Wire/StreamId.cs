using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Telemetry.Wire;

/// <summary>One source within a lifetime: the first 8 bytes of SHA-256 over its kind, workload and name.</summary>
public readonly record struct StreamId(ulong Value) : IComparable<StreamId>
{
    /// <summary>Derives the id. <paramref name="kind"/> is the number of <c>telemetry.v1.StreamKind</c>.</summary>
    public static StreamId From(int kind, string workloadId, string name)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes($"telemetry.stream.v1\0{kind}\0{workloadId}\0{name}"), hash);
        return new StreamId(BinaryPrimitives.ReadUInt64BigEndian(hash));
    }

    /// <summary>Parses 16 hex digits of either case. Does not throw.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out StreamId id)
    {
        id = default;
        if (text.Length != 16
            || !ulong.TryParse(text, System.Globalization.NumberStyles.AllowHexSpecifier, null, out var value))
        {
            return false;
        }

        id = new StreamId(value);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(StreamId other) => Value.CompareTo(other.Value);

    /// <summary>16 lower-case hex digits.</summary>
    public override string ToString() => Value.ToString("x16", null);
}
