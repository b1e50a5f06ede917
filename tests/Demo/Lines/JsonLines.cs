using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Telemetry.Demo.Lines;

/// <summary>JSON in the Elastic Common Schema.</summary>
internal sealed class JsonLines(string name, SampleMessages messages, Random random) : LineSource(messages, random)
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public override string Next(DateTimeOffset now)
    {
        var (level, text) = NextMessage();
        return new JsonObject
        {
            ["@timestamp"] = now.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture),
            ["log.level"] = level,
            ["message"] = text,
            ["service.name"] = "api",
            ["service.node.name"] = name,
            ["trace.id"] = Random.NextInt64().ToString("x16", CultureInfo.InvariantCulture),
            ["http.response.status_code"] = level == "error" ? 500 : 200,
            ["order"] = new JsonObject { ["id"] = Random.Next(4000, 5000), ["items"] = Random.Next(1, 9) },
        }.ToJsonString(Readable);
    }
}
