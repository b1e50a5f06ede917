using Microsoft.AspNetCore.Http;
using Telemetry.Store;

namespace Telemetry.Console.Api;

/// <summary><c>GET /api/v1/search?q=&amp;since=&amp;until=&amp;limit=&amp;cursor=</c>: documents, newest first.</summary>
internal sealed class SearchEndpoint(ConsoleServices services) : IApiEndpoint
{
    public async Task AnswerAsync(HttpContext context)
    {
        var parameters = new RequestParameters(context.Request, services.Time);
        var request = new SearchRequest(
            await parameters.QueryAsync(services.Documents), parameters.Since, parameters.Until,
            parameters.Number("limit", 50, 0, RequestParameters.MaxLimit), parameters.Text("cursor"));
        var result = await services.Documents.SearchOrRefuseAsync(request, context.RequestAborted);
        await JsonAnswer.WriteAsync(context.Response, async json =>
        {
            json.WriteStartObject();
            json.WriteNumber("total"u8, result.Total);
            json.WriteStartArray("hits"u8);
            foreach (var hit in result.Hits)
            {
                hit.WriteTo(json);
                await JsonAnswer.FlushIfManyAsync(context.Response, json);
            }

            json.WriteEndArray();
            json.WriteString("next"u8, result.Next);
            JsonAnswer.WriteIncomplete(json, result.Incomplete);
            json.WriteEndObject();
        });
    }
}
