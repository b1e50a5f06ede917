using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Telemetry.Wire;

namespace Telemetry.Bus.SegmentLog;

/// <summary>
/// One entry of the embedded bus, the payload of a spool frame, version 1; numbers are little-endian:
/// <code>
///  0  1  version, 1
///  1 16  lifetime, big-endian
/// 17  8  bus time, microseconds since the Unix epoch
/// 25  …  instance, tenant, source: each one byte length, then UTF-8 of at most 255 bytes
///     …  batch body to the end (Telemetry.Wire.BatchBody)
/// </code>
/// The spool below it has checksum and recovery. Example, lifetime 00…01, bus time 2, instance "i", no tenant, source "s", body
/// ABCD: <c>010000000000000000000000000000000102000000000000000169000173 41424344</c>
/// </summary>
internal static class BusEntryFormat
{
    public const byte Version = 1;
    public const int MaxNameBytes = 255;
    private const int FixedBytes = 25;

    /// <summary>Bytes at most before the body.</summary>
    public const int MaxStampBytes = FixedBytes + (3 * (MaxNameBytes + 1));

    /// <summary>Writes the stamp; returns its size. A name that is too long is cut.</summary>
    public static int WriteStamp(Span<byte> target, in BusStamp stamp)
    {
        target[0] = Version;
        stamp.Lifetime.Write(target[1..]);
        BinaryPrimitives.WriteInt64LittleEndian(target[17..], stamp.BusUnixUs);
        var at = FixedBytes;
        at += WriteName(target[at..], stamp.InstanceId);
        at += WriteName(target[at..], stamp.Tenant);
        return at + WriteName(target[at..], stamp.Source);
    }

    /// <summary>Splits an entry; the body points into it. False when it is no entry of this version. Does not throw.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> entry, out BusStamp stamp, out ReadOnlyMemory<byte> body)
    {
        (stamp, body) = (default, default);
        var span = entry.Span;
        if (span.Length < FixedBytes || span[0] != Version)
        {
            return false;
        }

        var at = FixedBytes;
        if (!TryReadName(span, ref at, out var instance)
            || !TryReadName(span, ref at, out var tenant)
            || !TryReadName(span, ref at, out var source))
        {
            return false;
        }

        var busUnixUs = BinaryPrimitives.ReadInt64LittleEndian(span[17..]);
        stamp = new BusStamp(LifetimeId.Read(span[1..]), instance, tenant, source, busUnixUs);
        body = entry[at..];
        return true;
    }

    private static int WriteName(Span<byte> target, string name)
    {
        // Cut between characters: an encoder stops before the one that does not fit.
        Encoding.UTF8.GetEncoder().Convert(name, target.Slice(1, MaxNameBytes), flush: true, out _, out var bytes, out _);
        target[0] = (byte)bytes;
        return 1 + bytes;
    }

    private static bool TryReadName(ReadOnlySpan<byte> entry, ref int at, out string name)
    {
        name = "";
        if (at >= entry.Length || at + 1 + entry[at] > entry.Length)
        {
            return false;
        }

        name = Encoding.UTF8.GetString(entry.Slice(at + 1, entry[at]));
        at += 1 + entry[at];
        return true;
    }
}
