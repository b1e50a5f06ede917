using Microsoft.AspNetCore.Http;

namespace Telemetry.Console.Api;

/// <summary>Answers every path under <c>/api</c> that is none.</summary>
internal sealed class UnknownEndpoint : IApiEndpoint
{
    public Task AnswerAsync(HttpContext context) => throw new BadRequestException(
        new BadRequest(
            "There is no such endpoint; there are /api/v1/search, histogram, context, lifetimes, crashes and tail.", null),
        StatusCodes.Status404NotFound);
}
