using Telemetry.Query;

namespace Telemetry.Store;

/// <summary>Who sets a field.</summary>
public enum FieldSource : byte
{
    /// <summary>The indexer, from the batch header, the stamp and the record.</summary>
    Envelope,

    /// <summary>The lifetime's identity (Hello, AgentStart).</summary>
    Identity,

    /// <summary>Parsed out of the line.</summary>
    Line,

    /// <summary>A crash event.</summary>
    Crash,

    /// <summary>A lifecycle record.</summary>
    Lifecycle,
}

/// <summary>One row of the field table.</summary>
/// <param name="Field">Name and type.</param>
/// <param name="Source">Who sets it.</param>
/// <param name="SearchedByDefault">True when a term without a field name looks here.</param>
public sealed record FieldRow(FieldName Field, FieldSource Source, bool SearchedByDefault);

/// <summary>
/// The field table: ECS 9 names, types and sources of everything that is not a free attribute. The SQLite columns, the
/// Elasticsearch mappings and KQL's typing come from here. Names that ECS lacks lie under <c>lifetime.</c>,
/// <c>crash.</c> and <c>telemetry.</c>.
/// </summary>
public static class Fields
{
    private static readonly List<FieldRow> Rows = [];
    private static readonly Dictionary<string, FieldName> ByName = new(StringComparer.Ordinal);

#pragma warning disable CS1591 // The table below documents itself: name, type, source.
    public static readonly FieldName Timestamp = Add("@timestamp", FieldType.Date, FieldSource.Line);
    public static readonly FieldName Message = Add("message", FieldType.Text, FieldSource.Line, searched: true);

    public static readonly FieldName EventOriginal = Add("event.original", FieldType.Keyword, FieldSource.Envelope);
    public static readonly FieldName EventKind = Add("event.kind", FieldType.Keyword, FieldSource.Envelope);
    public static readonly FieldName EventCategory = Add("event.category", FieldType.Keyword, FieldSource.Envelope);
    public static readonly FieldName EventType = Add("event.type", FieldType.Keyword, FieldSource.Envelope);
    public static readonly FieldName EventAction = Add("event.action", FieldType.Keyword, FieldSource.Envelope);
    public static readonly FieldName EventDataset = Add("event.dataset", FieldType.Keyword, FieldSource.Envelope);
    public static readonly FieldName EventSequence = Add("event.sequence", FieldType.Long, FieldSource.Envelope);
    public static readonly FieldName EventCreated = Add("event.created", FieldType.Date, FieldSource.Envelope);
    public static readonly FieldName EventIngested = Add("event.ingested", FieldType.Date, FieldSource.Envelope);
    public static readonly FieldName EventCode = Add("event.code", FieldType.Keyword, FieldSource.Line);
    public static readonly FieldName EventDuration = Add("event.duration", FieldType.Long, FieldSource.Line);
    public static readonly FieldName EventOutcome = Add("event.outcome", FieldType.Keyword, FieldSource.Line);
    public static readonly FieldName EventReason = Add("event.reason", FieldType.Keyword, FieldSource.Lifecycle);

    public static readonly FieldName LogLevel = Add("log.level", FieldType.Keyword, FieldSource.Line, lowercase: true);
    public static readonly FieldName LogLogger = Add("log.logger", FieldType.Keyword, FieldSource.Line);
    public static readonly FieldName LogFilePath = Add("log.file.path", FieldType.Keyword, FieldSource.Envelope);
    public static readonly FieldName LogFlags = Add("log.flags", FieldType.Keyword, FieldSource.Envelope);
    public static readonly FieldName LogOriginFile = Add("log.origin.file.name", FieldType.Keyword, FieldSource.Line);
    public static readonly FieldName LogOriginLine = Add("log.origin.file.line", FieldType.Long, FieldSource.Line);
    public static readonly FieldName LogOriginFunction = Add("log.origin.function", FieldType.Keyword, FieldSource.Line);
    public static readonly FieldName SyslogPriority = Add("log.syslog.priority", FieldType.Long, FieldSource.Line);
    public static readonly FieldName SyslogHost = Add("log.syslog.hostname", FieldType.Keyword, FieldSource.Line);

    public static readonly FieldName HostId = Add("host.id", FieldType.Keyword, FieldSource.Identity);
    public static readonly FieldName HostName = Add("host.name", FieldType.Keyword, FieldSource.Identity);
    public static readonly FieldName HostBootId = Add("host.boot.id", FieldType.Keyword, FieldSource.Identity);
    public static readonly FieldName HostOsKernel = Add("host.os.kernel", FieldType.Keyword, FieldSource.Identity);
    public static readonly FieldName HostOsFull = Add("host.os.full", FieldType.Keyword, FieldSource.Identity);
    public static readonly FieldName CloudZone = Add("cloud.availability_zone", FieldType.Keyword, FieldSource.Identity);
    public static readonly FieldName AgentName = Add("agent.name", FieldType.Keyword, FieldSource.Identity);
    public static readonly FieldName AgentVersion = Add("agent.version", FieldType.Keyword, FieldSource.Identity);

    public static readonly FieldName ServiceName = Add("service.name", FieldType.Keyword, FieldSource.Line);
    public static readonly FieldName ServiceVersion = Add("service.version", FieldType.Keyword, FieldSource.Line);
    public static readonly FieldName ServiceEnvironment = Add("service.environment", FieldType.Keyword, FieldSource.Line);
    public static readonly FieldName ServiceId = Add("service.id", FieldType.Keyword, FieldSource.Line);
    public static readonly FieldName ServiceNodeName = Add("service.node.name", FieldType.Keyword, FieldSource.Line);
    public static readonly FieldName ServiceNodeRole = Add("service.node.role", FieldType.Keyword, FieldSource.Identity);

    public static readonly FieldName ProcessPid = Add("process.pid", FieldType.Long, FieldSource.Line);
    public static readonly FieldName ProcessName = Add("process.name", FieldType.Keyword, FieldSource.Line);
    public static readonly FieldName ProcessThreadId = Add("process.thread.id", FieldType.Long, FieldSource.Line);
    public static readonly FieldName ProcessThreadName = Add("process.thread.name", FieldType.Keyword, FieldSource.Line);
    public static readonly FieldName ProcessExecutable = Add("process.executable", FieldType.Keyword, FieldSource.Crash);
    public static readonly FieldName ProcessUserId = Add("process.user.id", FieldType.Keyword, FieldSource.Envelope);
    public static readonly FieldName ProcessGroupId = Add("process.group.id", FieldType.Keyword, FieldSource.Envelope);
    public static readonly FieldName ProcessCgroup = Add("telemetry.cgroup", FieldType.Keyword, FieldSource.Envelope);
    public static readonly FieldName ProcessCommandLine = Add("process.command_line", FieldType.Keyword, FieldSource.Crash);
    public static readonly FieldName ProcessExitCode = Add("process.exit_code", FieldType.Long, FieldSource.Crash);

    public static readonly FieldName ErrorType = Add("error.type", FieldType.Keyword, FieldSource.Line);
    public static readonly FieldName ErrorMessage = Add("error.message", FieldType.Text, FieldSource.Line, searched: true);
    public static readonly FieldName ErrorStackTrace = Add("error.stack_trace", FieldType.Text, FieldSource.Line, searched: true);
    public static readonly FieldName ErrorCode = Add("error.code", FieldType.Keyword, FieldSource.Line);

    public static readonly FieldName TraceId = Add("trace.id", FieldType.Keyword, FieldSource.Line);
    public static readonly FieldName SpanId = Add("span.id", FieldType.Keyword, FieldSource.Line);
    public static readonly FieldName TransactionId = Add("transaction.id", FieldType.Keyword, FieldSource.Line);
    public static readonly FieldName UserName = Add("user.name", FieldType.Keyword, FieldSource.Line);
    public static readonly FieldName ClientIp = Add("client.ip", FieldType.Ip, FieldSource.Line);
    public static readonly FieldName SourceIp = Add("source.ip", FieldType.Ip, FieldSource.Line);
    public static readonly FieldName SourceAddress = Add("source.address", FieldType.Keyword, FieldSource.Line);
    public static readonly FieldName UrlOriginal = Add("url.original", FieldType.Keyword, FieldSource.Line);
    public static readonly FieldName UrlPath = Add("url.path", FieldType.Keyword, FieldSource.Line);
    public static readonly FieldName HttpMethod = Add("http.request.method", FieldType.Keyword, FieldSource.Line);
    public static readonly FieldName HttpReferrer = Add("http.request.referrer", FieldType.Keyword, FieldSource.Line);
    public static readonly FieldName HttpStatus = Add("http.response.status_code", FieldType.Long, FieldSource.Line);
    public static readonly FieldName HttpBodyBytes = Add("http.response.body.bytes", FieldType.Long, FieldSource.Line);
    public static readonly FieldName HttpVersion = Add("http.version", FieldType.Keyword, FieldSource.Line);
    public static readonly FieldName UserAgent = Add("user_agent.original", FieldType.Keyword, FieldSource.Line);
    public static readonly FieldName Tags = Add("tags", FieldType.Keyword, FieldSource.Line);

    public static readonly FieldName LifetimeIdField = Add("lifetime.id", FieldType.Keyword, FieldSource.Envelope);
    public static readonly FieldName LifetimeImage = Add("lifetime.image", FieldType.Keyword, FieldSource.Identity);

    public static readonly FieldName CrashId = Add("crash.id", FieldType.Keyword, FieldSource.Crash);
    public static readonly FieldName CrashKind = Add("crash.kind", FieldType.Keyword, FieldSource.Crash);
    public static readonly FieldName CrashSignal = Add("crash.signal", FieldType.Keyword, FieldSource.Crash);
    public static readonly FieldName CrashRunTimeMs = Add("crash.run_time_ms", FieldType.Long, FieldSource.Crash);
    public static readonly FieldName CrashCoreDumped = Add("crash.core_dumped", FieldType.Boolean, FieldSource.Crash);
    public static readonly FieldName CrashStderr = Add("crash.stderr", FieldType.Text, FieldSource.Crash, searched: true);
    public static readonly FieldName CrashInner = Add("crash.inner", FieldType.Keyword, FieldSource.Crash);

    public static readonly FieldName TelemetryLane = Add("telemetry.lane", FieldType.Keyword, FieldSource.Envelope);
    public static readonly FieldName TelemetryStream = Add("telemetry.stream.id", FieldType.Keyword, FieldSource.Envelope);
    public static readonly FieldName TelemetryStreamName = Add("telemetry.stream.name", FieldType.Keyword, FieldSource.Envelope);
    public static readonly FieldName TelemetryEpoch = Add("telemetry.epoch", FieldType.Keyword, FieldSource.Envelope);
    public static readonly FieldName TelemetryParsed = Add("telemetry.parsed", FieldType.Boolean, FieldSource.Line);
    public static readonly FieldName TelemetryFormat = Add("telemetry.format", FieldType.Keyword, FieldSource.Line);
    public static readonly FieldName TelemetryTemplate = Add("telemetry.message_template", FieldType.Keyword, FieldSource.Line);
    public static readonly FieldName TelemetryTruncated = Add("telemetry.truncated_bytes", FieldType.Long, FieldSource.Envelope);
    public static readonly FieldName TelemetryTimeIgnored = Add("telemetry.time_ignored", FieldType.Keyword, FieldSource.Line);
    public static readonly FieldName TelemetryConflict = Add("telemetry.identity_conflict", FieldType.Boolean, FieldSource.Envelope);
    public static readonly FieldName LossReason = Add("telemetry.loss.reason", FieldType.Keyword, FieldSource.Lifecycle);
    public static readonly FieldName LossStream = Add("telemetry.loss.stream.id", FieldType.Keyword, FieldSource.Lifecycle);
    public static readonly FieldName LossRecords = Add("telemetry.loss.records", FieldType.Long, FieldSource.Lifecycle);
    public static readonly FieldName LossBytes = Add("telemetry.loss.bytes", FieldType.Long, FieldSource.Lifecycle);
#pragma warning restore CS1591

    /// <summary>Prefix of free attributes.</summary>
    public const string LabelPrefix = "labels.";

    /// <summary>The table in its order.</summary>
    public static IReadOnlyList<FieldRow> All => Rows;

    /// <summary>Finds a known field. False for free attributes and unknown names.</summary>
    public static bool TryGet(string name, out FieldName field) => ByName.TryGetValue(name, out field!);

    /// <summary>Type of any field name; what is not in the table is a keyword.</summary>
    public static FieldType TypeOf(string name) => ByName.TryGetValue(name, out var field) ? field.Type : FieldType.Keyword;

    private static FieldName Add(string name, FieldType type, FieldSource source, bool searched = false, bool lowercase = false)
    {
        var field = new FieldName(name, type, lowercase);
        Rows.Add(new FieldRow(field, source, searched));
        ByName.Add(name, field);
        return field;
    }
}
