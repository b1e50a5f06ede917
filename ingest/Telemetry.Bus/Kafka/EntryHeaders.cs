using System.Text;
using Confluent.Kafka;
using Telemetry.Bus.SegmentLog;
using Telemetry.Wire;

namespace Telemetry.Bus.Kafka;

/// <summary>What a message of a data topic is.</summary>
internal enum MessageKind
{
    /// <summary>Neither of ours; skipped and reported.</summary>
    Foreign,

    /// <summary>A batch.</summary>
    Entry,

    /// <summary>A gateway's sign that time passes.</summary>
    Tick,
}

/// <summary>
/// A message of a data topic, version 1. One batch is one message:
/// <code>
/// key        lifetime, 16 bytes, big-endian as everywhere
/// value      batch body, as sent
/// timestamp  the broker's (LogAppendTime), milliseconds: the bus time
/// headers    v  version, one byte, 1
///            l  lane, one byte, as in telemetry.v1.Lane
///            i  instance id, UTF-8, at most 1024 bytes
///            t  tenant, UTF-8, at most 256 bytes
///            s  source, UTF-8, at most 256 bytes
/// </code>
/// A tick has no key, an empty value, and the headers v, l and k, one byte, 1. The first header of a name counts; others are
/// ignored. A string that is too long is cut at a character.
/// <para>Example: the headers of a batch of the bulk lane of "i-1", no tenant, from "::1": v 01, l 02, i 692d31, t, s 3a3a31.</para>
/// </summary>
internal static class EntryHeaders
{
    public const string VersionName = "v";
    public const string LaneName = "l";
    public const string InstanceName = "i";
    public const string TenantName = "t";
    public const string SourceName = "s";
    public const string KindName = "k";
    private const byte Version = 1;
    private const byte TickKind = 1;

    private static readonly byte[] _version = [Version];
    private static readonly byte[] _critical = [(byte)Lane.Critical];
    private static readonly byte[] _bulk = [(byte)Lane.Bulk];
    private static readonly byte[] _tick = [TickKind];

    public static Headers OfEntry(Lane lane, in BusStamp stamp) =>
    [
        new Header(VersionName, _version),
        new Header(LaneName, lane == Lane.Critical ? _critical : _bulk),
        new Header(InstanceName, Cut(stamp.InstanceId, BusEntryFormat.MaxInstanceIdBytes)),
        new Header(TenantName, Cut(stamp.Tenant, BusEntryFormat.MaxTenantBytes)),
        new Header(SourceName, Cut(stamp.Source, BusEntryFormat.MaxSourceBytes)),
    ];

    public static Headers OfTick(Lane lane) =>
    [
        new Header(VersionName, _version),
        new Header(LaneName, lane == Lane.Critical ? _critical : _bulk),
        new Header(KindName, _tick),
    ];

    /// <summary>Tells what a message is and reads the stamp of a batch. Does not throw.</summary>
    public static MessageKind Read(Message<byte[], byte[]> message, Lane lane, BusEntryStrings strings, out BusStamp stamp)
    {
        stamp = default;
        if (!IsByte(message.Headers, VersionName, Version) || !IsByte(message.Headers, LaneName, (byte)lane)
            || message.Timestamp.UnixTimestampMs <= 0)
        {
            return MessageKind.Foreign;
        }

        if (IsByte(message.Headers, KindName, TickKind))
        {
            return message.Key is null ? MessageKind.Tick : MessageKind.Foreign;
        }

        if (message.Key is not { Length: LifetimeId.Size } || message.Value is null
            || Find(message.Headers, InstanceName, BusEntryFormat.MaxInstanceIdBytes) is not { } instance
            || Find(message.Headers, TenantName, BusEntryFormat.MaxTenantBytes) is not { } tenant
            || Find(message.Headers, SourceName, BusEntryFormat.MaxSourceBytes) is not { } source)
        {
            return MessageKind.Foreign;
        }

        stamp = new BusStamp(LifetimeId.Read(message.Key), strings.InstanceId(instance), strings.Tenant(tenant),
            strings.Source(source), message.Timestamp.UnixTimestampMs * 1000);
        return MessageKind.Entry;
    }

    private static bool IsByte(Headers headers, string name, byte value) =>
        Find(headers, name, 1) is { Length: 1 } bytes && bytes[0] == value;

    private static byte[]? Find(Headers headers, string name, int maxBytes)
    {
        for (var i = 0; i < headers.Count; i++)
        {
            if (headers[i].Key == name)
            {
                return headers[i].GetValueBytes() is { } bytes && bytes.Length <= maxBytes ? bytes : null;
            }
        }

        return null;
    }

    private static byte[] Cut(string text, int maxBytes)
    {
        if (Encoding.UTF8.GetMaxByteCount(text.Length) <= maxBytes)
        {
            return Encoding.UTF8.GetBytes(text);
        }

        var bytes = new byte[maxBytes];
        Encoding.UTF8.GetEncoder().Convert(text, bytes, flush: true, out _, out var used, out _);
        return bytes[..used];
    }
}
