using Microsoft.AspNetCore.Http;

namespace Telemetry.Console.Api;

/// <summary><c>GET /api/v1/crashes?since=&amp;until=&amp;limit=</c>: newest first.</summary>
internal sealed class CrashesEndpoint(ConsoleServices services) : IApiEndpoint
{
    public async Task AnswerAsync(HttpContext context)
    {
        var parameters = new RequestParameters(context.Request, services.Time);
        var crashes = await services.Lifetimes.CrashesAsync(
            parameters.Since, parameters.Until, parameters.Number("limit", 1000, 1, RequestParameters.MaxLimit),
            context.RequestAborted);
        await JsonAnswer.WriteAsync(context.Response, async json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("crashes"u8);
            foreach (var crash in crashes)
            {
                LifetimeJson.WriteCrash(json, crash);
                await JsonAnswer.FlushIfManyAsync(context.Response, json);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }
}
