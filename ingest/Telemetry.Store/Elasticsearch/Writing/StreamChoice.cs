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
        var dataset = TextOf(document, Fields.EventDataset);
        var lane = dataset.IsEmpty ? [] : TextOf(document, Fields.TelemetryLane);
        return Of(dataset, lane, TextOf(document, Fields.TelemetryStreamName));
    }

    /// <summary>The same for the values of these fields as UTF-8, empty where there is none.</summary>
    public static DocumentStream Of(ReadOnlySpan<byte> dataset, ReadOnlySpan<byte> lane, ReadOnlySpan<byte> streamName)
    {
        if (lane.SequenceEqual("critical"u8))
        {
            if (dataset.SequenceEqual("telemetry.crash"u8))
            {
                return DocumentStream.Crash;
            }

            if (dataset.SequenceEqual("telemetry.lifecycle"u8))
            {
                return DocumentStream.Lifecycle;
            }
        }

        return streamName.SequenceEqual("kmsg"u8) || streamName.SequenceEqual("/dev/kmsg"u8) ? DocumentStream.Kernel : DocumentStream.App;
    }

    private static ReadOnlySpan<byte> TextOf(Document document, FieldName field) =>
        document.TryGet(field, out var value) && value.IsText ? document.Text(value) : [];
}
