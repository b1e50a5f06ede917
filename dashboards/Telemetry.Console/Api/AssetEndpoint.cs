using Microsoft.AspNetCore.Http;
using Telemetry.Console.Html;

namespace Telemetry.Console.Api;

/// <summary><c>GET /assets/NAME</c>: the style sheet, the script of the tail page, the icon.</summary>
internal sealed class AssetEndpoint : IApiEndpoint
{
    public async Task AnswerAsync(HttpContext context)
    {
        if (!ConsoleAssets.TryGet((string?)context.Request.RouteValues["name"] ?? "", out var asset))
        {
            throw new BadRequestException(new BadRequest("There is no such asset.", null), StatusCodes.Status404NotFound);
        }

        // The address holds a hash of the content.
        context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        context.Response.ContentType = asset.ContentType;
        context.Response.ContentLength = asset.Content.Length;
        await context.Response.Body.WriteAsync(asset.Content, context.RequestAborted);
    }
}
