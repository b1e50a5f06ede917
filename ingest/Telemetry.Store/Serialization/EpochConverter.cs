using System.Text.Json;
using System.Text.Json.Serialization;
using Telemetry.Wire;

namespace Telemetry.Store.Serialization;

/// <summary>Hex digits.</summary>
internal sealed class EpochConverter : JsonConverter<Epoch>
{
    public override Epoch Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        StreamId.TryParse(reader.GetString(), out var id) ? new Epoch(id.Value) : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, Epoch value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
