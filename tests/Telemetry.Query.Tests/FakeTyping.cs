namespace Telemetry.Query.Tests;

internal sealed class FakeTyping : IFieldTyping
{
    public IReadOnlyList<string> DefaultFields { get; } = ["message", "error.message"];

    public bool IsLowercase(string name) => name == "level";

    public FieldType TypeOf(string name) => name switch
    {
        "message" or "error.message" => FieldType.Text,
        "status" => FieldType.Long,
        "ratio" => FieldType.Double,
        "@timestamp" => FieldType.Date,
        "ok" => FieldType.Boolean,
        "client.ip" => FieldType.Ip,
        _ => FieldType.Keyword,
    };
}
