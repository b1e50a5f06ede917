using Microsoft.AspNetCore.Http;

namespace Telemetry.Console.Api;

/// <summary>
/// <c>GET /api/v1/context?id=&amp;before=20&amp;after=20</c>: a document and its neighbours in the same stream by <c>seq</c>, ascending.
/// </summary>
internal sealed class ContextEndpoint(ConsoleServices services) : IApiEndpoint
{
    /// <summary>Most neighbours on one side.</summary>
    public const int MaxNeighbours = 1000;

    public async Task AnswerAsync(HttpContext context)
    {
        var parameters = new RequestParameters(context.Request, services.Time);
        var id = parameters.DocumentId("id");
        var documents = await services.Documents.ContextAsync(
            id, parameters.Number("before", 20, 0, MaxNeighbours), parameters.Number("after", 20, 0, MaxNeighbours),
            context.RequestAborted);
        if (documents.Count == 0)
        {
            throw new BadRequestException(new BadRequest(
                documents.Incomplete.Count == 0
                    ? "No document has this id."
                    : $"No document that can be read has this id. Not all can: {string.Join("; ", documents.Incomplete)}.",
                "id"), StatusCodes.Status404NotFound);
        }

        await JsonAnswer.WriteAsync(context.Response, async json =>
        {
            json.WriteStartObject();
            json.WriteString("id"u8, id.ToString());
            json.WriteStartArray("hits"u8);
            foreach (var document in documents)
            {
                document.WriteTo(json);
                await JsonAnswer.FlushIfManyAsync(context.Response, json);
            }

            json.WriteEndArray();
            JsonAnswer.WriteIncomplete(json, documents.Incomplete);
            json.WriteEndObject();
        });
    }
}
