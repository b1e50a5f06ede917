using System.Text.Json.Nodes;

namespace Telemetry.Store.Elasticsearch.Reading;

/// <summary>Orders in which hits are asked for. Each ends so that no two documents are equal.</summary>
internal static class HitOrder
{
    /// <summary>Number of values in a hit's place in <see cref="Newest"/>.</summary>
    public const int NewestValues = 7;

    /// <summary>As the other store has it: by time, then by the record's identity, then by when it was minted, then by place.</summary>
    public static JsonArray Newest() =>
    [
        Dsl.Sorted(Fields.Timestamp.Name, descending: true, "date_nanos"),
        Dsl.Sorted(Fields.LifetimeIdField.Name, descending: true, "keyword"),
        Dsl.Sorted(Fields.TelemetryStream.Name, descending: true, "keyword"),
        Dsl.Sorted(Fields.TelemetryEpoch.Name, descending: true, "keyword"),
        Dsl.Sorted(Fields.EventSequence.Name, descending: true, "long"),
        Dsl.Sorted(Fields.EventCreated.Name, descending: true, "date_nanos"),
        Dsl.Sorted("_index", descending: true),
    ];

    /// <summary>By number within an epoch.</summary>
    public static JsonArray BySequence(bool descending) =>
    [
        Dsl.Sorted(Fields.EventSequence.Name, descending, "long"),
        Dsl.Sorted(Fields.EventCreated.Name, descending, "date_nanos"),
        Dsl.Sorted("_index", descending),
    ];

    /// <summary>By when it was minted, then by stream, epoch and number.</summary>
    public static JsonArray ByMinted(bool descending) =>
    [
        Dsl.Sorted(Fields.EventCreated.Name, descending, "date_nanos"),
        Dsl.Sorted(Fields.TelemetryStream.Name, descending, "keyword"),
        Dsl.Sorted(Fields.TelemetryEpoch.Name, descending, "keyword"),
        Dsl.Sorted(Fields.EventSequence.Name, descending, "long"),
        Dsl.Sorted("_index", descending),
    ];
}
