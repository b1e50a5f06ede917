using System.Text;
using Telemetry.Query;
using Telemetry.Store;

namespace Telemetry.Indexer.Parsing;

/// <summary>
/// The names that loggers give to what ECS has a field for, and everything else as labels. Paths seen are remembered, so that
/// known ones cost one lookup; bounded by <see cref="LabelNames"/>. Not thread-safe.
/// </summary>
internal sealed class KeyRules(LabelNames labels, PromotedFields promoted)
{
    private const int MaxRemembered = 20_000;
    private static readonly Dictionary<string, (KeyRole Role, FieldName? Field)> Known = Build();

    private readonly Utf8Map<KeyRule> _rules = new();

    /// <summary>The rule of a dotted path.</summary>
    public KeyRule Find(ReadOnlySpan<byte> path)
    {
        if (_rules.TryGet(path, out var rule))
        {
            return rule;
        }

        rule = Make(path);
        if (_rules.Count < MaxRemembered && path.Length <= LabelNames.MaxNameBytes)
        {
            _rules.Add(path, rule);
        }

        return rule;
    }

    private KeyRule Make(ReadOnlySpan<byte> path)
    {
        // clef-json.org: @@ is an escaped @ of a property's name, which is none of the format's own.
        var free = path.StartsWith("labels."u8) && path.Length > 7 ? path[7..] : path.StartsWith("@@"u8) ? path[1..] : path;
        var label = labels.TryGet(free, out var name) ? name : null;
        var typed = promoted.Find(free);
        if (path.Length > 64 || free.Length != path.Length)
        {
            return new KeyRule(KeyRole.Label, null, label, typed, false);
        }

        var text = Encoding.UTF8.GetString(path);
        if (Fields.TryGet(text, out var field) && MaySet(field, text))
        {
            var role = RoleOf(field);
            return new KeyRule(role, field, label, typed, OnlyOutsideClef: role is KeyRole.Time or KeyRole.Level or KeyRole.Message);
        }

        return Known.TryGetValue(text.ToLowerInvariant(), out var known)
            ? new KeyRule(known.Role, known.Field, label, typed, !text.StartsWith('@') && text != "SourceContext")
            : new KeyRule(KeyRole.Label, null, label, typed, false);
    }

    private static KeyRole RoleOf(FieldName field) =>
        field == Fields.Timestamp ? KeyRole.Time
        : field == Fields.LogLevel ? KeyRole.Level
        : field == Fields.Message ? KeyRole.Message
        : field == Fields.HostName ? KeyRole.Host
        : KeyRole.Field;

    /// <summary>What the pipeline vouches for cannot be claimed by a line.</summary>
    private static bool MaySet(FieldName field, string name)
    {
        if (field == Fields.HostName)
        {
            return true;
        }

        var source = Fields.All.First(row => row.Field == field).Source;
        return source switch
        {
            FieldSource.Line => !name.StartsWith("telemetry.", StringComparison.Ordinal),
            FieldSource.Envelope => field == Fields.EventKind || field == Fields.EventCategory || field == Fields.EventType
                || field == Fields.EventAction || field == Fields.EventDataset,
            FieldSource.Lifecycle => field == Fields.EventReason,
            FieldSource.Crash => name.StartsWith("process.", StringComparison.Ordinal),
            _ => false,
        };
    }

    private static Dictionary<string, (KeyRole, FieldName?)> Build()
    {
        var known = new Dictionary<string, (KeyRole, FieldName?)>(StringComparer.Ordinal);
        Roles(KeyRole.Time, "@t", "timestamp", "time", "ts", "asctime", "datetime", "eventtime", "event_time", "log_time",
            "__realtime_timestamp");
        Roles(KeyRole.Level, "@l", "level", "severity", "lvl", "loglevel", "log_level", "levelname", "severitytext",
            "severity_text", "priority", "log.severity");
        Roles(KeyRole.Message, "@m", "message", "msg", "renderedmessage", "short_message", "body", "log");
        Roles(KeyRole.Template, "@mt", "messagetemplate", "message_template");
        Roles(KeyRole.Renderings, "@r");
        Roles(KeyRole.ErrorText, "@x", "error", "err", "exception", "exc_info", "exc_text");
        Roles(KeyRole.Thread, "thread", "thread_name", "threadname", "thread_id", "threadid", "tid");
        Roles(KeyRole.Caller, "caller");
        Roles(KeyRole.Host, "host", "hostname", "host_name", "_hostname", "machinename");
        Roles(KeyRole.EcsVersion, "ecs.version");
        As(Fields.ErrorStackTrace, "stack", "stacktrace", "stack_trace", "err.stack", "error.stack", "err.stacktrace",
            "exception.stacktrace", "exception.stack_trace", "exception.stack", "error.stacktrace");
        As(Fields.ErrorMessage, "err.message", "exception.message", "err.msg", "error.msg", "error_message");
        As(Fields.ErrorType, "err.type", "exception.type", "err.name", "error.name", "exception.class", "error_type",
            "exception.exception_class", "error.kind");
        As(Fields.ErrorCode, "err.code");
        As(Fields.LogLogger, "logger", "logger_name", "loggername", "category", "sourcecontext", "name", "log.name");
        As(Fields.ServiceName, "service", "service_name", "servicename", "app", "application", "app_name", "svc",
            "syslog_identifier");
        As(Fields.ServiceVersion, "service_version", "app_version");
        As(Fields.ServiceEnvironment, "env", "environment", "deployment.environment");
        As(Fields.TraceId, "@tr", "trace_id", "traceid", "dd.trace_id", "trace-id");
        As(Fields.SpanId, "@sp", "span_id", "spanid", "dd.span_id", "span-id");
        As(Fields.ProcessPid, "pid", "process_id", "processid", "_pid");
        As(Fields.EventCode, "@i", "eventid", "event_id");
        As(Fields.LogOriginFile, "filename", "pathname", "code.filepath", "source.file");
        As(Fields.LogOriginLine, "lineno", "code.lineno", "source.line");
        As(Fields.LogOriginFunction, "funcname", "code.function", "source.function");
        return known;

        void Roles(KeyRole role, params ReadOnlySpan<string> names)
        {
            foreach (var name in names)
            {
                known.Add(name, (role, null));
            }
        }

        void As(FieldName field, params ReadOnlySpan<string> names)
        {
            foreach (var name in names)
            {
                known.Add(name, (KeyRole.Field, field));
            }
        }
    }
}
