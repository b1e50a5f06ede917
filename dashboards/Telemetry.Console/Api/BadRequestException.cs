using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;

namespace Telemetry.Console.Api;

/// <summary>Ends a request that cannot be answered; caught by <see cref="RequestGuard"/> alone.</summary>
[SuppressMessage("Design", "CA1032:Implement standard exception constructors", Justification = "It always carries a problem.")]
internal sealed class BadRequestException(BadRequest problem, int status = StatusCodes.Status400BadRequest)
    : Exception(problem.Error)
{
    public BadRequest Problem => problem;

    public int Status => status;
}
