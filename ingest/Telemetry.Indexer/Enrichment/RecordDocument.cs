using System.Text;
using Google.Protobuf;
using Telemetry.Autopsy;
using Telemetry.Protos.V1;
using Telemetry.Store;
using Telemetry.Wire;

namespace Telemetry.Indexer.Enrichment;

/// <summary>Fills the documents of records that are no lines: crashes and lifecycle events.</summary>
internal static class RecordDocument
{
    /// <summary>True when a record of this kind becomes a document. Others only become facts.</summary>
    public static bool IsDocument(IMessage record) => record is not (Heartbeat or StreamClosed or WorkloadPeer);

    /// <summary>Sets everything but the envelope.</summary>
    public static void Fill(Document document, IMessage record, LifetimeProfile profile)
    {
        switch (record)
        {
            case AgentStart start: Fill(document, start); break;
            case AgentStop stop: Fill(document, stop); break;
            case StreamOpened opened: Fill(document, opened, profile); break;
            case WorkloadStart start: Fill(document, start); break;
            case WorkloadEnd end: Fill(document, end, profile); break;
            case LevelChange change: Fill(document, change, profile); break;
            case Loss loss: Fill(document, loss, profile); break;
            case Crash crash: Fill(document, crash, profile); break;
            case Seal seal: Fill(document, seal); break;
        }
    }

    private static void Fill(Document document, AgentStart start)
    {
        var identity = start.Identity ?? new Identity();
        var agent = start.Agent ?? new Agent();
        Lifecycle(document, "agent_start", "host", "start", "info",
            $"{Or(agent.Name, "shipper")} {agent.Version} started on {Or(identity.HostName, identity.InstanceId)}");
        document.Set(Fields.ProcessPid, agent.Pid);
    }

    private static void Fill(Document document, AgentStop stop)
    {
        Lifecycle(document, "agent_stop", "host", "info", "info", $"shipper stopped: {Or(stop.Reason, "no reason given")}");
        Set(document, Fields.EventReason, stop.Reason);
    }

    private static void Fill(Document document, StreamOpened opened, LifetimeProfile profile)
    {
        Lifecycle(document, "stream_opened", "host", "info", "info",
            $"stream opened: {Or(Names.Of(opened.Kind), "stream")} {opened.Name}"
            + (opened.Reason.Length > 0 ? $" ({opened.Reason})" : ""));
        Set(document, Fields.EventReason, opened.Reason);
        SetService(document, profile, opened.WorkloadId);
    }

    private static void Fill(Document document, WorkloadStart start)
    {
        var workload = start.Workload ?? new Workload();
        Lifecycle(document, "workload_start", "process", "start", "info",
            $"{Join(Or(workload.Name, Or(workload.Id, "workload")), workload.Version)} started"
            + (workload.Commit.Length > 0 ? $", commit {workload.Commit}" : "")
            + (start.Pid != 0 ? $" (pid {start.Pid})" : ""));
        Set(document, Fields.ServiceName, workload.Name);
        Set(document, Fields.ServiceVersion, workload.Version);
        Set(document, Fields.ServiceId, workload.Id);
        SetPid(document, start.Pid);
        Set(document, Fields.ProcessCommandLine, string.Join(' ', start.CommandLine));
    }

    private static void Fill(Document document, WorkloadEnd end, LifetimeProfile profile)
    {
        var failed = end.Signal != 0 || end.ExitCode != 0;
        var how = end.Signal != 0 ? $"signal {end.Signal}" : $"exit {end.ExitCode}";
        Lifecycle(document, "workload_end", "process", "end", failed ? "error" : "info",
            $"{ServiceOf(profile, end.WorkloadId, "workload")} ended: {how}");
        SetService(document, profile, end.WorkloadId);
        document.Set(Fields.EventOutcome, failed ? "failure"u8 : "success"u8);
        if (end.Signal == 0)
        {
            document.Set(Fields.ProcessExitCode, end.ExitCode);
        }
    }

    private static void Fill(Document document, LevelChange change, LifetimeProfile profile)
    {
        var until = change.UntilUnixUs > 0 ? $", until {Rfc3339.Format(change.UntilUnixUs)} at the latest" : " again";
        Lifecycle(document, "level_change", "configuration", "change", "info",
            $"{ServiceOf(profile, change.WorkloadId, "workload")} logs from {Or(change.Level, "another level")} on{until}");
        SetService(document, profile, change.WorkloadId);
        Set(document, Fields.EventReason, change.Level);
    }

    private static void Fill(Document document, Loss loss, LifetimeProfile profile)
    {
        var reason = Names.Of(loss.Reason);
        var stream = new StreamId(loss.StreamId);
        var name = profile.Streams.TryGetValue(stream, out var known) ? known.Name : loss.StreamId == 0 ? "" : stream.ToString();
        var what = loss.Count > 0 ? $"{loss.Count} records" : $"{loss.Bytes} bytes";
        Lifecycle(document, "loss", "host", "error", "warn",
            $"lost {what}{(name.Length > 0 ? $" of {name}" : "")}: {reason}{(loss.Detail.Length > 0 ? $", {loss.Detail}" : "")}");
        Set(document, Fields.EventReason, loss.Detail);
        Set(document, Fields.LossReason, reason);
        Set(document, Fields.LossStream, loss.StreamId == 0 ? "" : stream.ToString());
        document.Set(Fields.LossRecords, (long)Math.Min(loss.Count, long.MaxValue));
        document.Set(Fields.LossBytes, (long)Math.Min(loss.Bytes, long.MaxValue));
    }

    private static void Fill(Document document, Seal seal)
    {
        Lifecycle(document, seal.Final ? "seal" : "seal_provisional", "host", "end", "info",
            $"lifetime {(seal.Final ? "sealed" : "about to end")}: {Or(seal.Reason, "no reason given")}");
        Set(document, Fields.EventReason, seal.Reason);
    }

    private static void Fill(Document document, Crash crash, LifetimeProfile profile)
    {
        var service = ServiceOf(profile, crash.WorkloadId, "");
        if (crash.AtUnixUs > 0)
        {
            document.TimestampUnixUs = crash.AtUnixUs;
        }

        document.Set(Fields.Message, CrashSummary.Sentence(crash, service));
        document.Set(Fields.EventKind, "event"u8);
        document.Set(Fields.EventCategory, "process"u8);
        document.Set(Fields.EventType, "error"u8);
        document.Set(Fields.EventAction, "crash"u8);
        document.Set(Fields.EventDataset, "telemetry.crash"u8);
        document.Set(Fields.LogLevel, "fatal"u8);
        SetService(document, profile, crash.WorkloadId);
        SetPid(document, crash.Pid);
        Set(document, Fields.ProcessExecutable, crash.Executable);
        Set(document, Fields.ProcessName, Path.GetFileName(crash.Executable));
        Set(document, Fields.ProcessCommandLine, string.Join(' ', crash.CommandLine));
        Set(document, Fields.CrashId, crash.CrashId);
        Set(document, Fields.CrashKind, Names.Of(crash.Kind));
        Set(document, Fields.CrashSignal, CrashSummary.SignalName(crash));
        document.Set(Fields.CrashRunTimeMs, (long)Math.Min(crash.RunTimeMs, long.MaxValue));
        document.Set(Fields.CrashCoreDumped, crash.CoreDumped ? 1 : 0);
        if (crash is { Signal: 0, Kind: not CrashKind.StartFailure })
        {
            document.Set(Fields.ProcessExitCode, crash.ExitCode);
        }

        FillError(document, crash);
        Set(document, Fields.CrashStderr, Encoding.UTF8.GetString(crash.StderrTail.Span));
    }

    private static void FillError(Document document, Crash crash)
    {
        if (crash.Exception is not { } exception)
        {
            Set(document, Fields.ErrorMessage, CrashSummary.Cause(crash));
            return;
        }

        Set(document, Fields.ErrorType, exception.Type);
        Set(document, Fields.ErrorMessage, exception.Message);
        Set(document, Fields.ErrorStackTrace, StackTrace.Print(exception));
        StackTrace.Inner(exception, inner => Set(document, Fields.CrashInner, Titled(inner)));
    }

    private static string Titled(ManagedException exception) =>
        exception.Message.Length > 0 ? $"{exception.Type}: {exception.Message}" : exception.Type;

    private static void Lifecycle(
        Document document, string action, string category, string type, string level, string message)
    {
        document.Set(Fields.Message, message);
        document.Set(Fields.EventKind, "event"u8);
        Set(document, Fields.EventCategory, category);
        Set(document, Fields.EventType, type);
        Set(document, Fields.EventAction, action);
        document.Set(Fields.EventDataset, "telemetry.lifecycle"u8);
        Set(document, Fields.LogLevel, level);
    }

    private static void SetService(Document document, LifetimeProfile profile, string workloadId)
    {
        if (profile.Workloads.TryGetValue(workloadId, out var workload))
        {
            Set(document, Fields.ServiceName, workload.Name);
            Set(document, Fields.ServiceVersion, workload.Version);
        }

        Set(document, Fields.ServiceId, workloadId);
    }

    private static void SetPid(Document document, int pid)
    {
        if (pid != 0)
        {
            document.Set(Fields.ProcessPid, pid);
        }
    }

    private static void Set(Document document, FieldName field, string value)
    {
        if (value.Length > 0)
        {
            document.Set(field, value);
        }
    }

    private static string ServiceOf(LifetimeProfile profile, string workloadId, string otherwise) =>
        profile.Workloads.TryGetValue(workloadId, out var workload) && workload.Name.Length > 0
            ? workload.Name
            : Or(workloadId, otherwise);

    private static string Or(string value, string otherwise) => value.Length > 0 ? value : otherwise;

    private static string Join(string name, string version) => version.Length > 0 ? $"{name} {version}" : name;
}
