namespace Telemetry.Store.Elasticsearch.Writing;

/// <summary>
/// Which data stream a document belongs to. Crashes and lifecycle events are known by the dataset that the indexer gives them in
/// the critical lane: a line of the bulk lane may claim any dataset and stays with the lines. The kernel's lines are known
/// by their source.
/// </summary>
internal static class StreamChoice
{
    public static DocumentStream Of(Document document)
    {
        if (document.TryGet(Fields.EventDataset, out var dataset) && IsCritical(document))
        {
            var text = document.Text(dataset);
            if (text.SequenceEqual("telemetry.crash"u8))
            {
                return DocumentStream.Crash;
            }

            if (text.SequenceEqual("telemetry.lifecycle"u8))
            {
                return DocumentStream.Lifecycle;
            }
        }

        return document.TryGet(Fields.TelemetryStreamName, out var source) && IsKernel(document.Text(source))
            ? DocumentStream.Kernel
            : DocumentStream.App;
    }

    private static bool IsCritical(Document document) =>
        document.TryGet(Fields.TelemetryLane, out var lane) && document.Text(lane).SequenceEqual("critical"u8);

    private static bool IsKernel(ReadOnlySpan<byte> source) =>
        source.SequenceEqual("kmsg"u8) || source.SequenceEqual("/dev/kmsg"u8);
}
