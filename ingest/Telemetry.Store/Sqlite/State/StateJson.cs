using System.Text.Json;
using System.Text.Json.Serialization;
using Telemetry.Autopsy;
using Telemetry.Wire;

namespace Telemetry.Store.Sqlite.State;

/// <summary>JSON of what the state keeps whole. Members may be added; none is renamed or removed.</summary>
[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    Converters = [typeof(LifetimeIdConverter), typeof(StreamIdConverter), typeof(EpochConverter)])]
[JsonSerializable(typeof(LifetimeFacts))]
[JsonSerializable(typeof(LifetimeCrash))]
[JsonSerializable(typeof(LifetimeLoss))]
[JsonSerializable(typeof(StreamRow))]
internal sealed partial class StateJson : JsonSerializerContext
{
    private sealed class LifetimeIdConverter : JsonConverter<LifetimeId>
    {
        public override LifetimeId Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            Wire.LifetimeId.TryParse(reader.GetString(), out var id) ? id : throw new JsonException();

        public override void Write(Utf8JsonWriter writer, LifetimeId value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }

    private sealed class StreamIdConverter : JsonConverter<StreamId>
    {
        public override StreamId Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            Wire.StreamId.TryParse(reader.GetString(), out var id) ? id : throw new JsonException();

        public override void Write(Utf8JsonWriter writer, StreamId value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }

    private sealed class EpochConverter : JsonConverter<Epoch>
    {
        public override Epoch Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            Wire.StreamId.TryParse(reader.GetString(), out var id) ? new Wire.Epoch(id.Value) : throw new JsonException();

        public override void Write(Utf8JsonWriter writer, Epoch value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }
}
