using System.Text.Json;
using System.Text.Json.Serialization;
using Telemetry.Wire;

namespace Telemetry.Store.Serialization;

/// <summary>Base64 of <see cref="IntervalCodec"/>.</summary>
internal sealed class IntervalSetConverter : JsonConverter<IntervalSet>
{
    public override IntervalSet Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
    {
        try
        {
            return IntervalCodec.Decode(reader.GetBytesFromBase64());
        }
        catch (Exception e) when (e is InvalidDataException or FormatException)
        {
            throw new JsonException(e.Message, e);
        }
    }

    public override void Write(Utf8JsonWriter writer, IntervalSet value, JsonSerializerOptions options) =>
        writer.WriteBase64StringValue(IntervalCodec.Encode(value));
}
