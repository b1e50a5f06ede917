using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Telemetry.Wire;

/// <summary>One boot of one instance: the first 16 bytes of SHA-256 over both names. Printed as 32 hex digits.</summary>
public readonly record struct LifetimeId(UInt128 Value) : IComparable<LifetimeId>
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 16;

    /// <summary>Derives the id. Both names are taken as they are, UTF-8; neither may be empty.</summary>
    public static LifetimeId From(string instanceId, string bootId)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        ArgumentException.ThrowIfNullOrEmpty(bootId);
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes($"telemetry.lifetime.v1\0{instanceId}\0{bootId}"), hash);
        return Read(hash);
    }

    /// <summary>Reads the first 16 bytes, big-endian.</summary>
    public static LifetimeId Read(ReadOnlySpan<byte> source) => new(BinaryPrimitives.ReadUInt128BigEndian(source));

    /// <summary>Writes 16 bytes, big-endian.</summary>
    public void Write(Span<byte> destination) => BinaryPrimitives.WriteUInt128BigEndian(destination, Value);

    /// <summary>Returns the 16 bytes, big-endian.</summary>
    public byte[] ToByteArray()
    {
        var bytes = new byte[Size];
        Write(bytes);
        return bytes;
    }

    /// <summary>Parses 32 hex digits of either case. Does not throw.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out LifetimeId id)
    {
        id = default;
        if (text.Length != 2 * Size
            || !UInt128.TryParse(text, System.Globalization.NumberStyles.AllowHexSpecifier, null, out var value))
        {
            return false;
        }

        id = new LifetimeId(value);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(LifetimeId other) => Value.CompareTo(other.Value);

    /// <summary>32 lower-case hex digits.</summary>
    public override string ToString() => Value.ToString("x32", null);
}
