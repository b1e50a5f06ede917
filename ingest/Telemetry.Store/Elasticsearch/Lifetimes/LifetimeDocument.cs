using System.Text.Json;
using Telemetry.Autopsy;

namespace Telemetry.Store.Elasticsearch.Lifetimes;

/// <summary>A lifetime as a document: what people search it by, and the evidence from which everything else is composed.</summary>
internal static class LifetimeDocument
{
    // Times that are indexed lie from 1970 to 2262.
    private const long MaxUnixUs = long.MaxValue / 1000;

    public static void Write(Utf8JsonWriter json, LifetimeSnapshot snapshot, long silenceBoundUs)
    {
        var evidence = snapshot.Evidence;
        var lifetime = LifetimeComposer.Compose(evidence, snapshot.AsOfUnixUs, silenceBoundUs);
        json.WriteStartObject();
        Time(json, "@timestamp", lifetime.StartUnixUs);
        json.WriteString("lifetime.id", lifetime.Id.ToString());
        json.WriteString("lifetime.state", lifetime.State.ToString().ToLowerInvariant());
        Text(json, "lifetime.reason", lifetime.EndReason);
        Text(json, "lifetime.image", lifetime.Image);
        Text(json, "lifetime.predecessor", lifetime.Predecessor?.ToString());
        Text(json, "host.id", lifetime.InstanceId);
        Text(json, "host.name", lifetime.HostName);
        Text(json, "host.boot.id", lifetime.BootId);
        Text(json, "service.node.role", lifetime.Role);
        Text(json, "cloud.availability_zone", lifetime.Zone);
        Text(json, "telemetry.tenant", lifetime.Tenant);
        Time(json, "lifetime.start", lifetime.StartUnixUs);
        if (lifetime.EndUnixUs is { } end)
        {
            Time(json, "lifetime.end", end);
        }

        Time(json, "lifetime.last_heard", lifetime.LastHeardUnixUs);
        Time(json, "lifetime.last_proof", lifetime.LastProofOfLifeUnixUs);
        AliveRange(json, lifetime);
        json.WriteNumber("lifetime.crashes", lifetime.Crashes.Count);
        json.WriteNumber("lifetime.records.stored", Sum(lifetime, stream => stream.Stored));
        json.WriteNumber("lifetime.records.lost", Sum(lifetime, stream => stream.Lost));
        json.WriteNumber("lifetime.records.missing", Sum(lifetime, stream => stream.Missing));
        CrashTimes(json, lifetime);
        json.WriteNumber("as_of_us", snapshot.AsOfUnixUs);
        json.WriteString("crashes", EvidenceText.Crashes(evidence));
        json.WriteString("evidence", EvidenceText.Evidence(evidence));
        json.WriteEndObject();
    }

    // Without an end it goes on.
    private static void AliveRange(Utf8JsonWriter json, Lifetime lifetime)
    {
        json.WriteStartObject("lifetime.alive_range");
        Time(json, "gte", lifetime.StartUnixUs);
        if (lifetime.EndUnixUs is { } end)
        {
            Time(json, "lte", Math.Max(end, lifetime.StartUnixUs));
        }

        json.WriteEndObject();
    }

    private static void CrashTimes(Utf8JsonWriter json, Lifetime lifetime)
    {
        json.WriteStartArray("lifetime.crash_times");
        foreach (var crash in lifetime.Crashes)
        {
            json.WriteStringValue(Rfc3339.Format(Math.Clamp(crash.AtUnixUs, 0, MaxUnixUs)));
        }

        json.WriteEndArray();
    }

    private static long Sum(Lifetime lifetime, Func<LifetimeStream, ulong> count) =>
        lifetime.Streams.Aggregate(0L, (sum, stream) => (long)Math.Min(long.MaxValue, (ulong)sum + Math.Min(count(stream), long.MaxValue)));

    private static void Time(Utf8JsonWriter json, string name, long unixUs) =>
        json.WriteString(name, Rfc3339.Format(Math.Clamp(unixUs, 0, MaxUnixUs)));

    private static void Text(Utf8JsonWriter json, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            json.WriteString(name, value);
        }
    }
}
