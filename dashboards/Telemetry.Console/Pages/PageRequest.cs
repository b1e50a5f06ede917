using Microsoft.AspNetCore.Http;
using Telemetry.Console.Api;

namespace Telemetry.Console.Pages;

/// <summary>What a page is asked for.</summary>
internal sealed record PageRequest(HttpContext Http, RequestParameters Parameters)
{
    public CancellationToken Cancel => Http.RequestAborted;

    public long NowUnixUs => Parameters.NowUnixUs;
}
