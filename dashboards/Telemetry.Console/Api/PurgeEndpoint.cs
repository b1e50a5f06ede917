using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Telemetry.Console.Care;
using Telemetry.Store;

namespace Telemetry.Console.Api;

/// <summary>
/// <c>POST /api/v1/purge</c> with <c>{"query":…,"since":…,"until":…}</c> shows what would be deleted and gives a token; with
/// <c>{"token":…}</c> it deletes that. A web page elsewhere cannot send it: the type makes the browser ask first (Fetch Standard,
/// CORS-safelisted request-header), nothing here answers that, and an <c>Origin</c> that is not this console's is refused.
/// </summary>
internal sealed class PurgeEndpoint(ConsoleServices services) : IApiEndpoint
{
    private const int MaxInstances = 100;

    public async Task AnswerAsync(HttpContext context)
    {
        var user = Admit(context);
        if (services.Purger is not { } purger)
        {
            throw Refuse(StatusCodes.Status409Conflict, "This process does not write the store; ask one that does: 'telemetry up'.");
        }

        var body = await ReadAsync(context);
        var advice = body.Token is null ? "" : "Not everything could be done, look again: ";
        try
        {
            await (body.Token is { } token
                ? WriteAsync(context, await purger.RunAsync(token, user + Claimed(body.User), context.RequestAborted))
                : WriteAsync(context, await purger.PreviewAsync(await QuestionAsync(body, context.RequestAborted), context.RequestAborted)));
        }
        catch (PurgeRefusedException e)
        {
            throw Refuse(StatusCodes.Status409Conflict, e.Message);
        }
        catch (IOException e) when (!context.RequestAborted.IsCancellationRequested)
        {
            throw Refuse(StatusCodes.Status503ServiceUnavailable, advice + e.Message);
        }
    }

    /// <summary>Returns who asks.</summary>
    private string Admit(HttpContext context)
    {
        var request = context.Request;
        var origin = request.Headers.Origin.ToString();
        if (origin.Length > 0 && origin != $"{request.Scheme}://{request.Host}")
        {
            throw Refuse(StatusCodes.Status403Forbidden, "A page from elsewhere cannot purge.");
        }

        if (!request.HasJsonContentType())
        {
            throw Refuse(StatusCodes.Status415UnsupportedMediaType, "The body has to be application/json.");
        }

        var right = services.ChangeRight(context);
        return right.Refusal is null ? right.User : throw Refuse(StatusCodes.Status403Forbidden, right.Refusal);
    }

    private static async Task<PurgeBody> ReadAsync(HttpContext context)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(
                context.Request.Body, PurgeJson.Default.PurgeBody, context.RequestAborted) ?? throw new JsonException("is null");
        }
        catch (JsonException)
        {
            throw Refuse(StatusCodes.Status400BadRequest, "The body has to be {\"query\":…,\"since\":…,\"until\":…} or {\"token\":…}.");
        }
    }

    private async ValueTask<PurgeQuestion> QuestionAsync(PurgeBody body, CancellationToken cancel)
    {
        var now = (services.Time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / 10;
        if (string.IsNullOrWhiteSpace(body.Query))
        {
            throw new BadRequestException(new BadRequest("A query is needed; '*' is everything.", "query"));
        }

        var (query, error) = await TypedQuery.ParseAsync(body.Query, services.Documents, cancel);
        if (error is not null)
        {
            throw new BadRequestException(new BadRequest(error.Message, "query", error));
        }

        return new PurgeQuestion(
            body.Query, query!, RequestParameters.ParseTime("since", body.Since, now), RequestParameters.ParseTime("until", body.Until, now),
            body.Reviewed ?? true);
    }

    private static Task WriteAsync(HttpContext context, PurgePreview preview) => JsonAnswer.WriteAsync(context.Response, json =>
    {
        json.WriteStartObject();
        json.WriteString("token"u8, preview.Token);
        json.WriteNumber("total"u8, preview.Total);
        WriteTime(json, "oldest", preview.OldestUnixUs);
        WriteTime(json, "newest", preview.NewestUnixUs);
        json.WriteNumber("instance_count"u8, preview.Instances.Count);
        json.WriteStartObject("instances"u8);
        foreach (var (instance, count) in preview.Instances.Take(MaxInstances))
        {
            json.WriteNumber(instance, count);
        }

        json.WriteEndObject();
        json.WriteStartArray("samples"u8);
        foreach (var document in preview.Samples)
        {
            document.WriteTo(json);
        }

        json.WriteEndArray();
        WriteNotes(json, preview.Notes);
        json.WriteEndObject();
    });

    private static Task WriteAsync(HttpContext context, PurgeOutcome outcome) => JsonAnswer.WriteAsync(context.Response, json =>
    {
        json.WriteStartObject();
        json.WriteNumber("purged"u8, outcome.Documents);
        json.WriteNumber("accounted"u8, outcome.Noted);
        WriteNotes(json, outcome.Notes);
        json.WriteEndObject();
    });

    private static void WriteTime(Utf8JsonWriter json, string name, long? unixUs)
    {
        if (unixUs is { } time)
        {
            json.WriteString(name, Rfc3339.Format(time));
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static void WriteNotes(Utf8JsonWriter json, IReadOnlyList<string> notes)
    {
        json.WriteStartArray("notes"u8);
        foreach (var note in notes)
        {
            json.WriteStringValue(note);
        }

        json.WriteEndArray();
    }

    private static string Claimed(string? user) => string.IsNullOrWhiteSpace(user) ? "" : $" (says it is {user[..Math.Min(user.Length, 100)]})";

    private static BadRequestException Refuse(int status, string sentence) => new(new BadRequest(sentence, null), status);
}
