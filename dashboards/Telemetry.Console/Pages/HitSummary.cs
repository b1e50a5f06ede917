using Telemetry.Store;

namespace Telemetry.Console.Pages;

/// <summary>What a row shows of a document.</summary>
internal sealed record HitSummary(string Level, string Source, string Badge, string Message, string FirstLine, int MoreLines)
{
    private const int MaxFirstLine = 600;

    public static HitSummary Of(StoredDocument document)
    {
        var message = document.Text(Fields.Message) ?? document.Text(Fields.EventOriginal)
            ?? document.Text(Fields.EventReason) ?? document.Text(Fields.EventAction) ?? "";
        var trimmed = message.AsSpan().TrimEnd("\r\n");
        var end = trimmed.IndexOf('\n');
        var first = (end < 0 ? trimmed : trimmed[..end]).TrimEnd('\r');
        return new HitSummary(
            document.Text(Fields.LogLevel) ?? "", SourceOf(document), BadgeOf(document), message,
            first.Length > MaxFirstLine ? $"{first[..MaxFirstLine]}…" : first.ToString(), trimmed.Count('\n'));
    }

    private static string SourceOf(StoredDocument document)
    {
        var service = document.Text(Fields.ServiceName) ?? document.Text(Fields.ProcessName)
            ?? Path.GetFileName(document.Text(Fields.LogFilePath) ?? document.Text(Fields.TelemetryStreamName) ?? "");
        var host = document.Text(Fields.HostName) ?? document.Text(Fields.HostId) ?? "";
        return (host.Length, service.Length) switch
        {
            (0, _) => service,
            (_, 0) => host,
            _ => $"{host} {service}",
        };
    }

    private static string BadgeOf(StoredDocument document) =>
        document.Text(Fields.CrashId) is not null ? "crash"
        : document.Text(Fields.LossReason) is not null ? "loss"
        : "";
}
