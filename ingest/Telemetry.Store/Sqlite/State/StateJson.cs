using System.Text.Json.Serialization;
using Telemetry.Autopsy;
using Telemetry.Store.Serialization;

namespace Telemetry.Store.Sqlite.State;

/// <summary>JSON of what the state keeps whole. Members may be added; none is renamed or removed.</summary>
[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    Converters = [typeof(LifetimeIdConverter), typeof(StreamIdConverter), typeof(EpochConverter), typeof(IntervalSetConverter)])]
[JsonSerializable(typeof(LifetimeFacts))]
[JsonSerializable(typeof(LifetimeCrash))]
[JsonSerializable(typeof(LifetimeLoss))]
[JsonSerializable(typeof(StreamFacts))]
internal sealed partial class StateJson : JsonSerializerContext;
