using Microsoft.AspNetCore.Http;

namespace Telemetry.Console.Api;

/// <summary><c>GET /api/v1/lifetimes?since=&amp;until=&amp;limit=</c>: without streams, workloads and vitals, newest start first.</summary>
internal sealed class LifetimesEndpoint(ConsoleServices services) : IApiEndpoint
{
    public async Task AnswerAsync(HttpContext context)
    {
        var parameters = new RequestParameters(context.Request, services.Time);
        var lifetimes = await services.Lifetimes.ListAsync(
            parameters.Since, parameters.Until, parameters.Number("limit", 1000, 1, RequestParameters.MaxLimit),
            context.RequestAborted);
        await JsonAnswer.WriteAsync(context.Response, async json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("lifetimes"u8);
            foreach (var lifetime in lifetimes)
            {
                LifetimeJson.WriteSummary(json, lifetime);
                await JsonAnswer.FlushIfManyAsync(context.Response, json);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }
}
