using System.Buffers.Binary;
using Telemetry.Wire;

namespace Telemetry.Bus.Kafka;

/// <summary>
/// A record of the routes topic, version 1: in which generation a lifetime is.
/// <code>
/// key    lifetime, 16 bytes, big-endian as everywhere
/// value  1 byte version, 1; 4 bytes generation, little-endian, from 1
/// </code>
/// The first record of a lifetime in the order of the log counts, later ones are ignored. What does not decode is no record.
/// <para>Example: generation 2 is 01 02000000.</para>
/// </summary>
internal static class RouteFormat
{
    public const byte Version = 1;

    public static byte[] Write(int generation)
    {
        var value = new byte[5];
        value[0] = Version;
        BinaryPrimitives.WriteInt32LittleEndian(value.AsSpan(1), generation);
        return value;
    }

    /// <summary>False when it is no record. Does not throw.</summary>
    public static bool TryRead(byte[]? key, byte[]? value, out LifetimeId lifetime, out int generation)
    {
        lifetime = default;
        generation = 0;
        if (key is not { Length: LifetimeId.Size } || value is not { Length: 5 } || value[0] != Version)
        {
            return false;
        }

        lifetime = LifetimeId.Read(key);
        generation = BinaryPrimitives.ReadInt32LittleEndian(value.AsSpan(1));
        return generation > 0;
    }
}
