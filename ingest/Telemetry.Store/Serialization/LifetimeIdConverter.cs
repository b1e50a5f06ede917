using System.Text.Json;
using System.Text.Json.Serialization;
using Telemetry.Wire;

namespace Telemetry.Store.Serialization;

/// <summary>Hex digits.</summary>
internal sealed class LifetimeIdConverter : JsonConverter<LifetimeId>
{
    public override LifetimeId Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        LifetimeId.TryParse(reader.GetString(), out var id) ? id : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, LifetimeId value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
