using System.Text.Json;

namespace Telemetry.Store.Elasticsearch;

/// <summary>An answer, whatever it says.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">The body, whole.</param>
/// <param name="RetryAfter">How long the server asks to be left alone; null when it does not.</param>
public sealed record ElasticResponse(int Status, ReadOnlyMemory<byte> Body, TimeSpan? RetryAfter)
{
    /// <summary>True for 2xx.</summary>
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>The body as JSON.</summary>
    /// <exception cref="ElasticUnavailableException">It is none: something else than Elasticsearch answered, or it was cut off.</exception>
    public JsonDocument Json()
    {
        try
        {
            return JsonDocument.Parse(Body);
        }
        catch (JsonException e)
        {
            throw new ElasticUnavailableException($"Elasticsearch answered {Status} with what is no JSON.", mayBeApplied: true, e);
        }
    }

    /// <summary>What went wrong, one line of at most 300 characters: status, error type, reason without the values of documents.</summary>
    public string Problem()
    {
        var (type, reason) = ("", "");
        try
        {
            using var json = JsonDocument.Parse(Body);
            if (json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("error"u8, out var error))
            {
                (type, reason) = error.ValueKind == JsonValueKind.Object
                    ? (Text(error, "type"u8), Text(error, "reason"u8))
                    : ("", error.ToString());
            }
        }
        catch (JsonException)
        {
            // A proxy's page says no more than the status.
        }

        return Shorten($"{Status} {type}: {reason}".TrimEnd(':', ' '));
    }

    /// <summary>A reason of Elasticsearch's without the value that it previews, on one line and at most 300 characters.</summary>
    public static string Shorten(string reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        var preview = reason.IndexOf(". Preview of field's value", StringComparison.Ordinal);
        var shown = (preview < 0 ? reason : reason[..preview]).ReplaceLineEndings(" ");
        return shown.Length <= 300 ? shown : shown[..300];
    }

    private static string Text(JsonElement error, ReadOnlySpan<byte> name) =>
        error.TryGetProperty(name, out var value) ? value.ToString() : "";
}
