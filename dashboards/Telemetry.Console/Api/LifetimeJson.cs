using System.Text.Json;
using Telemetry.Autopsy;
using Telemetry.Store;

namespace Telemetry.Console.Api;

/// <summary>Lifetimes as JSON: times in RFC 3339, absent is null, unknown text is "". Under an approval test.</summary>
internal static class LifetimeJson
{
    public static void WriteSummary(Utf8JsonWriter json, Lifetime lifetime)
    {
        json.WriteStartObject();
        WriteHead(json, lifetime);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, Lifetime lifetime)
    {
        json.WriteStartObject();
        WriteHead(json, lifetime);
        json.WriteNumber("identity_conflicts"u8, lifetime.IdentityConflicts);
        WriteList(json, "workloads", lifetime.Workloads, WriteWorkload);
        WriteList(json, "streams", lifetime.Streams, WriteStream);
        WriteList(json, "crashes", lifetime.Crashes, WriteCrash);
        WriteList(json, "losses", lifetime.Losses, WriteLoss);
        json.WriteStartObject("vitals"u8);
        WriteTime(json, "at", lifetime.VitalsUnixUs == 0 ? null : lifetime.VitalsUnixUs);
        foreach (var (name, value) in lifetime.Vitals.OrderBy(v => v.Key, StringComparer.Ordinal))
        {
            WriteNumber(json, name, value);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    public static void WriteCrash(Utf8JsonWriter json, LifetimeCrash crash)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, crash.Id);
        json.WriteString("lifetime_id"u8, crash.Lifetime.ToString());
        json.WriteString("document_id"u8, crash.DocumentId);
        WriteTime(json, "at", crash.AtUnixUs);
        json.WriteString("kind"u8, crash.Kind);
        json.WriteString("title"u8, crash.Title);
        json.WriteString("instance_id"u8, crash.InstanceId);
        json.WriteString("host_name"u8, crash.HostName);
        json.WriteString("workload_id"u8, crash.WorkloadId);
        json.WriteString("workload_name"u8, crash.WorkloadName);
        json.WriteString("executable"u8, crash.Executable);
        WriteNumber(json, "exit_code", crash.ExitCode);
        json.WriteString("signal"u8, crash.Signal);
        json.WriteString("error_type"u8, crash.ErrorType);
        json.WriteString("error_message"u8, crash.ErrorMessage);
        json.WriteNumber("run_time_ms"u8, crash.RunTimeMs);
        json.WriteEndObject();
    }

    private static void WriteHead(Utf8JsonWriter json, Lifetime lifetime)
    {
        json.WriteString("id"u8, lifetime.Id.ToString());
        json.WriteString("instance_id"u8, lifetime.InstanceId);
        json.WriteString("boot_id"u8, lifetime.BootId);
        json.WriteString("state"u8, Name(lifetime.State));
        json.WriteBoolean("sealed"u8, lifetime.Sealed);
        json.WriteString("end_reason"u8, lifetime.EndReason);
        WriteTime(json, "start", lifetime.StartUnixUs);
        WriteTime(json, "end", lifetime.EndUnixUs);
        WriteTime(json, "last_proof_of_life", lifetime.LastProofOfLifeUnixUs);
        WriteTime(json, "last_heard", lifetime.LastHeardUnixUs);
        json.WriteString("host_name"u8, lifetime.HostName);
        json.WriteString("role"u8, lifetime.Role);
        json.WriteString("zone"u8, lifetime.Zone);
        json.WriteString("tenant"u8, lifetime.Tenant);
        json.WriteString("image"u8, lifetime.Image);
        json.WriteString("kernel"u8, lifetime.Kernel);
        json.WriteString("os"u8, lifetime.Os);
        json.WriteString("time_zone"u8, lifetime.TimeZone);
        json.WriteString("agent_version"u8, lifetime.AgentVersion);
        json.WriteNumber("agent_runs"u8, lifetime.AgentRuns);
        json.WriteString("predecessor"u8, lifetime.Predecessor?.ToString());
        json.WriteString("successor"u8, lifetime.Successor?.ToString());
        json.WriteNumber("crash_count"u8, lifetime.Crashes.Count);
        json.WriteNumber("workload_count"u8, lifetime.Workloads.Count);
        var completeness = Completeness.Of(lifetime);
        json.WriteStartObject("records"u8);
        json.WriteNumber("produced"u8, completeness.Produced);
        json.WriteNumber("stored"u8, completeness.Stored);
        json.WriteNumber("lost"u8, completeness.Lost);
        json.WriteNumber("missing"u8, completeness.Missing);
        json.WriteEndObject();
        json.WriteBoolean("complete"u8, completeness.IsComplete);
        WriteTail(json, lifetime.MissingTail);
    }

    private static void WriteTail(Utf8JsonWriter json, MissingTail? tail)
    {
        if (tail is null)
        {
            json.WriteNull("may_be_missing"u8);
            return;
        }

        json.WriteStartObject("may_be_missing"u8);
        WriteTime(json, "after", tail.AfterUnixUs);
        WriteTime(json, "until", tail.UntilUnixUs);
        json.WriteEndObject();
    }

    private static void WriteWorkload(Utf8JsonWriter json, LifetimeWorkload workload)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, workload.Id);
        json.WriteString("name"u8, workload.Name);
        json.WriteString("version"u8, workload.Version);
        json.WriteString("image"u8, workload.Image);
        json.WriteNumber("pid"u8, workload.Pid);
        WriteTime(json, "start", workload.StartUnixUs == 0 ? null : workload.StartUnixUs);
        WriteTime(json, "end", workload.EndUnixUs);
        WriteNumber(json, "exit_code", workload.ExitCode);
        WriteNumber(json, "signal", workload.Signal);
        json.WriteEndObject();
    }

    private static void WriteStream(Utf8JsonWriter json, LifetimeStream stream)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, stream.Id.ToString());
        json.WriteString("epoch"u8, stream.Epoch.ToString());
        json.WriteString("name"u8, stream.Name);
        json.WriteString("kind"u8, stream.Kind);
        json.WriteString("workload_id"u8, stream.WorkloadId);
        json.WriteString("lane"u8, stream.Lane == Wire.Lane.Critical ? "critical" : "bulk");
        json.WriteBoolean("closed"u8, stream.Closed);
        json.WriteNumber("produced"u8, stream.Produced);
        json.WriteNumber("stored"u8, stream.Stored);
        json.WriteNumber("lost"u8, stream.Lost);
        json.WriteNumber("missing"u8, stream.Missing);
        json.WriteStartArray("missing_ranges"u8);
        foreach (var range in stream.MissingRanges)
        {
            json.WriteStartObject();
            json.WriteNumber("first"u8, range.First);
            json.WriteNumber("end"u8, range.End);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("read_offset"u8, stream.ReadOffset);
        json.WriteNumber("source_size"u8, stream.SourceSize);
        json.WriteEndObject();
    }

    private static void WriteLoss(Utf8JsonWriter json, LifetimeLoss loss)
    {
        json.WriteStartObject();
        json.WriteString("stream_id"u8, loss.Stream.ToString());
        json.WriteString("epoch"u8, loss.Epoch.ToString());
        WriteTime(json, "at", loss.AtUnixUs);
        json.WriteString("reason"u8, loss.Reason);
        json.WriteString("detail"u8, loss.Detail);
        json.WriteNumber("first_seq"u8, loss.FirstSeq);
        json.WriteNumber("count"u8, loss.Count);
        json.WriteNumber("bytes"u8, loss.Bytes);
        json.WriteEndObject();
    }

    private static void WriteList<T>(
        Utf8JsonWriter json, string name, IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            write(json, item);
        }

        json.WriteEndArray();
    }

    private static string Name(LifetimeState state) => state switch
    {
        LifetimeState.Alive => "alive",
        LifetimeState.AgentStopped => "agent_stopped",
        LifetimeState.Silent => "silent",
        LifetimeState.Sealed => "sealed",
        _ => "replaced",
    };

    private static void WriteTime(Utf8JsonWriter json, string name, long? unixUs)
    {
        if (unixUs is { } at)
        {
            json.WriteString(name, Rfc3339.Format(at));
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number && double.IsFinite(number))
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
