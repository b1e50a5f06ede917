using Telemetry.Store;
using Telemetry.Wire;

namespace Telemetry.Console.Tests;

internal static class Some
{
    public const long Second = 1_000_000;

    public static readonly LifetimeId Lifetime = LifetimeId.From("web-1", "boot-1");

    public static long UnixUs(TimeProvider time) => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / 10;

    /// <summary>A line of the stream "/var/log/app.log" of <see cref="Lifetime"/>.</summary>
    public static StoredDocument Line(long unixUs, ulong seq, string message, params (string Name, object Value)[] fields) =>
        Document(Lifetime, StreamId.From(2, "", "/var/log/app.log"), unixUs, seq, [("message", message), .. fields]);

    public static StoredDocument Document(
        LifetimeId lifetime, StreamId stream, long unixUs, ulong seq, params (string Name, object Value)[] fields)
    {
        var record = new RecordId(lifetime, stream, new Epoch(0x00c0ffee), seq);
        return new StoredDocument(
            DocumentId.From(record, unixUs), record, unixUs,
            [.. fields.Append(("lifetime.id", lifetime.ToString())).Append(("telemetry.stream.id", stream.ToString()))
                .OrderBy(field => field.Item1, StringComparer.Ordinal).Select(field => KeyValuePair.Create(field.Item1, field.Item2))]);
    }
}
