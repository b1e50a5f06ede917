using System.Text.Json;
using Telemetry.Wire;

namespace Telemetry.Store.Tests;

public sealed class StoredDocumentJsonTests
{
    [Fact]
    public void DottedNamesBecomeObjects() =>
        Assert.Equal("""{"a":{"b":1,"c":{"d":2}},"e":3}""", Write(("a.b", 1L), ("a.c.d", 2L), ("e", 3L)));

    [Fact]
    public void ANameThatIsValueAndParentKeepsItsDots() => Assert.Equal("""{"a":1,"a.b":2}""", Write(("a", 1L), ("a.b", 2L)));

    [Theory]
    [InlineData(60)]
    [InlineData(2000)]
    public void NestingEndsWhereReadersOfJsonEnd(int parts)
    {
        var deep = string.Join('.', Enumerable.Repeat("k", parts));
        using var json = JsonDocument.Parse(Write(("a", 1L), (deep, 2L), (deep + ".x", 3L)), new JsonDocumentOptions { MaxDepth = 40 });
        var at = json.RootElement;
        var name = deep;
        while (at.TryGetProperty("k", out var next) && next.ValueKind == JsonValueKind.Object)
        {
            (at, name) = (next, name[2..]);
        }

        Assert.Equal((2, 3), (at.GetProperty(name).GetInt32(), at.GetProperty(name + ".x").GetInt32()));
    }

    /// <summary>Without id and time.</summary>
    private static string Write(params (string Name, object Value)[] fields)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            StoredDocumentJson.Write(json, new StoredDocument(default, default(RecordId), 0, [.. fields.Select(f => KeyValuePair.Create(f.Name, f.Value))]));
        }

        var text = System.Text.Encoding.UTF8.GetString(stream.ToArray());
        return "{" + text[(text.IndexOf("Z\",", StringComparison.Ordinal) + 3)..];
    }
}
