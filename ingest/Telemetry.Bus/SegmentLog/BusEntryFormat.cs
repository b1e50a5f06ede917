using System.Buffers.Binary;
using System.Text;
using Telemetry.Wire;

namespace Telemetry.Bus.SegmentLog;

/// <summary>
/// An entry of the embedded bus, version 1: the payload of one frame of a lane's log (<c>protos/Telemetry.Spool/SpoolFormat.cs</c>,
/// which checksums it). Numbers are little-endian, strings UTF-8; a string that is too long is cut at a character.
/// <code>
///  0  1  version, 1
///  1 16  lifetime, big-endian as everywhere
/// 17  8  bus time, microseconds since the Unix epoch
/// 25  2  n1, bytes of the instance id, at most 1024
/// 27  2  n2, bytes of the tenant, at most 256
/// 29  2  n3, bytes of the source, at most 256
/// 31 n1  instance id
///    n2  tenant
///    n3  source
///        batch body, to the end
/// </code>
/// Recovery is the log's. An entry that does not decode is skipped by readers and reported.
/// <para>Example: lifetime 000102…0f, 2026-01-02T03:04:05Z, instance "i-1", no tenant, source "::1", body "body":</para>
/// <code>
/// 01 000102030405060708090a0b0c0d0e0f 40f34cf65e470600 0300 0000 0300 692d31 3a3a31 626f6479
/// </code>
/// </summary>
internal static class BusEntryFormat
{
    public const byte Version = 1;
    public const int FixedBytes = 31;
    public const int MaxInstanceIdBytes = 1024;
    public const int MaxTenantBytes = 256;
    public const int MaxSourceBytes = 256;
    public const int MaxStampBytes = FixedBytes + MaxInstanceIdBytes + MaxTenantBytes + MaxSourceBytes;

    /// <summary>Writes what goes before the body; returns its size, at most <see cref="MaxStampBytes"/>.</summary>
    public static int WriteStamp(Span<byte> target, in BusStamp stamp, long busUnixUs)
    {
        target[0] = Version;
        stamp.Lifetime.Write(target.Slice(1, LifetimeId.Size));
        BinaryPrimitives.WriteInt64LittleEndian(target[17..], busUnixUs);
        var end = FixedBytes;
        end += WriteString(target[end..], target[25..], stamp.InstanceId, MaxInstanceIdBytes);
        end += WriteString(target[end..], target[27..], stamp.Tenant, MaxTenantBytes);
        end += WriteString(target[end..], target[29..], stamp.Source, MaxSourceBytes);
        return end;
    }

    /// <summary>Bus time of an entry. False when it is none.</summary>
    public static bool TryReadTime(ReadOnlySpan<byte> entry, out long busUnixUs)
    {
        busUnixUs = 0;
        if (entry.Length < FixedBytes || entry[0] != Version)
        {
            return false;
        }

        busUnixUs = BinaryPrimitives.ReadInt64LittleEndian(entry[17..]);
        return true;
    }

    /// <summary>Finds the parts of an entry. Does not throw; false when it does not decode.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> entry, BusEntryStrings strings, out BusStamp stamp, out ReadOnlyMemory<byte> body)
    {
        stamp = default;
        body = default;
        var span = entry.Span;
        if (!TryReadTime(span, out var busUnixUs))
        {
            return false;
        }

        int instance = BinaryPrimitives.ReadUInt16LittleEndian(span[25..]);
        int tenant = BinaryPrimitives.ReadUInt16LittleEndian(span[27..]);
        int source = BinaryPrimitives.ReadUInt16LittleEndian(span[29..]);
        if (instance > MaxInstanceIdBytes || tenant > MaxTenantBytes || source > MaxSourceBytes
            || FixedBytes + instance + tenant + source > span.Length)
        {
            return false;
        }

        stamp = new BusStamp(
            LifetimeId.Read(span[1..]),
            strings.InstanceId(span.Slice(FixedBytes, instance)),
            strings.Tenant(span.Slice(FixedBytes + instance, tenant)),
            strings.Source(span.Slice(FixedBytes + instance + tenant, source)),
            busUnixUs);
        body = entry[(FixedBytes + instance + tenant + source)..];
        return true;
    }

    private static int WriteString(Span<byte> target, Span<byte> length, string value, int maxBytes)
    {
        Encoding.UTF8.GetEncoder().Convert(value, target[..maxBytes], flush: true, out _, out var bytes, out _);
        BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)bytes);
        return bytes;
    }
}
