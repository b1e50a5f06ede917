using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Telemetry.Console.Api;

/// <summary>
/// Writes JSON answers in pieces, so that 10,000 documents are not held twice. The relaxed encoder leaves é and &lt; as they
/// are: the type is never HTML and is not guessed.
/// </summary>
internal static class JsonAnswer
{
    private const int FlushBytes = 64 * 1024;

    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Task WriteAsync(HttpResponse response, Action<Utf8JsonWriter> write) => WriteAsync(response, json =>
    {
        write(json);
        return ValueTask.CompletedTask;
    });

    public static async Task WriteAsync(HttpResponse response, Func<Utf8JsonWriter, ValueTask> write)
    {
        response.ContentType = "application/json; charset=utf-8";
        await using var json = new Utf8JsonWriter(response.BodyWriter, Options);
        await write(json);
        await json.FlushAsync(response.HttpContext.RequestAborted);
        await response.BodyWriter.FlushAsync(response.HttpContext.RequestAborted);
    }

    /// <summary>Says what the answer lacks; nothing when it is complete.</summary>
    public static void WriteIncomplete(Utf8JsonWriter json, IReadOnlyList<string> reasons)
    {
        if (reasons.Count == 0)
        {
            return;
        }

        json.WriteStartArray("incomplete"u8);
        foreach (var reason in reasons)
        {
            json.WriteStringValue(reason);
        }

        json.WriteEndArray();
    }

    /// <summary>Hands over what is written when it is much, and waits for a slow client.</summary>
    public static async ValueTask FlushIfManyAsync(HttpResponse response, Utf8JsonWriter json)
    {
        if (json.BytesPending + response.BodyWriter.UnflushedBytes > FlushBytes)
        {
            await json.FlushAsync(response.HttpContext.RequestAborted);
            await response.BodyWriter.FlushAsync(response.HttpContext.RequestAborted);
        }
    }
}
