using System.Text.Json;
using System.Text.Json.Serialization;
using Telemetry.Wire;

namespace Telemetry.Store.Serialization;

/// <summary>Hex digits.</summary>
internal sealed class StreamIdConverter : JsonConverter<StreamId>
{
    public override StreamId Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        StreamId.TryParse(reader.GetString(), out var id) ? id : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, StreamId value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
