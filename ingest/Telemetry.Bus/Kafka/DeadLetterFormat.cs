using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Telemetry.Bus.SegmentLog;
using Telemetry.Wire;

namespace Telemetry.Bus.Kafka;

/// <summary>
/// A message of the dead-letter topic, version 1. Text is UTF-8, numbers are decimal text, so that any tool can show them.
/// <code>
/// key      its DeadLetterId, as "bulk-g1-3/1234/7/". A later message of a key replaces the former; one without a value takes
///          it away: that is how a letter is dropped, and how one that was retried with success is settled
/// value    the entry, the record or the document, as it was; at most 4 MiB of it
/// headers  v         "1"
///          reason    one sentence
///          instance, tenant, source, lifetime   what the gateway said of the entry
///          bus_time  microseconds since the Unix epoch
///          size      bytes that the value had before it was cut
/// </code>
/// What does not decode is not listed.
/// </summary>
internal static class DeadLetterFormat
{
    private const string Version = "1";

    public static Message<byte[], byte[]> Write(DeadLetter letter)
    {
        var bytes = letter.Bytes.Length <= WireLimits.MaxBatchBytes ? letter.Bytes : letter.Bytes[..WireLimits.MaxBatchBytes];
        return new Message<byte[], byte[]>
        {
            Key = Encoding.UTF8.GetBytes(DeadLetterId.Of(letter).ToString()),
            Value = bytes.ToArray(),
            Headers =
            [
                Text("v", Version),
                Text("reason", letter.Reason.Length <= 1000 ? letter.Reason : letter.Reason[..1000]),
                Text("instance", letter.Stamp.InstanceId),
                Text("tenant", letter.Stamp.Tenant),
                Text("source", letter.Stamp.Source),
                Text("lifetime", letter.Stamp.Lifetime.ToString()),
                Text("bus_time", Number(letter.Stamp.BusUnixUs)),
                Text("size", Number(letter.Bytes.Length)),
            ],
        };
    }

    /// <summary>False when it is none. Does not throw.</summary>
    public static bool TryRead(Message<byte[], byte[]> message, out KeptDeadLetter letter)
    {
        letter = null!;
        if (message.Key is null || message.Value is null || Find(message, "v") != Version)
        {
            return false;
        }

        var text = Encoding.UTF8.GetString(message.Key);
        if (!DeadLetterId.TryParse(text, out var id)
            || !LifetimeId.TryParse(Find(message, "lifetime"), out var lifetime)
            || !long.TryParse(Find(message, "bus_time"), NumberStyles.None, CultureInfo.InvariantCulture, out var busUnixUs)
            || !long.TryParse(Find(message, "size"), NumberStyles.None, CultureInfo.InvariantCulture, out var size))
        {
            return false;
        }

        var stamp = new BusStamp(lifetime, Find(message, "instance"), Find(message, "tenant"), Find(message, "source"), busUnixUs);
        var kept = new DeadLetter(
            id.Partition, id.Position, id.Record, stamp, id.DocumentId, Find(message, "reason"), message.Value);
        letter = new KeptDeadLetter(text, kept, size, DateTimeOffset.FromUnixTimeMilliseconds(message.Timestamp.UnixTimestampMs));
        return true;
    }

    private static string Find(Message<byte[], byte[]> message, string name) =>
        message.Headers.TryGetLastBytes(name, out var bytes) && bytes is not null ? Encoding.UTF8.GetString(bytes) : "";

    private static Header Text(string name, string value) => new(name, Encoding.UTF8.GetBytes(value));

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
