using Microsoft.AspNetCore.Http;
using Telemetry.Wire;

namespace Telemetry.Console.Api;

/// <summary><c>GET /api/v1/lifetimes/ID</c>: one lifetime with everything.</summary>
internal sealed class LifetimeEndpoint(ConsoleServices services) : IApiEndpoint
{
    public async Task AnswerAsync(HttpContext context)
    {
        var lifetime = LifetimeId.TryParse((string?)context.Request.RouteValues["id"], out var id)
            ? await services.Lifetimes.GetAsync(id, context.RequestAborted)
            : null;
        if (lifetime is null)
        {
            throw new BadRequestException(
                new BadRequest("No lifetime has this id, 32 hex digits.", "id"), StatusCodes.Status404NotFound);
        }

        await JsonAnswer.WriteAsync(context.Response, json => LifetimeJson.Write(json, lifetime));
    }
}
