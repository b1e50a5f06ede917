using System.Text.Json.Serialization;
using Telemetry.Autopsy;
using Telemetry.Store.Serialization;

namespace Telemetry.Store.Elasticsearch.Lifetimes;

/// <summary>JSON of what an index keeps whole of a lifetime. Members may be added; none is renamed or removed.</summary>
[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    Converters = [typeof(LifetimeIdConverter), typeof(StreamIdConverter), typeof(EpochConverter), typeof(IntervalSetConverter)])]
[JsonSerializable(typeof(EvidenceRecord))]
[JsonSerializable(typeof(List<LifetimeCrash>))]
internal sealed partial class EvidenceJson : JsonSerializerContext;
