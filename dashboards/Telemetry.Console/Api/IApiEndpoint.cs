using Microsoft.AspNetCore.Http;

namespace Telemetry.Console.Api;

/// <summary>Answers programs. One instance serves all requests.</summary>
internal interface IApiEndpoint
{
    /// <summary>Answers; throws <see cref="BadRequestException"/> before the first byte when the request is at fault.</summary>
    Task AnswerAsync(HttpContext context);
}
