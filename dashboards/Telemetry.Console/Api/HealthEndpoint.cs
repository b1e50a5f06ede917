using Microsoft.AspNetCore.Http;

namespace Telemetry.Console.Api;

/// <summary><c>GET /healthz</c>: 200 when all parts do their work, else 503; <c>{"status":"ok","parts":[…]}</c>.</summary>
internal sealed class HealthEndpoint(ProcessServices services) : IApiEndpoint
{
    public async Task AnswerAsync(HttpContext context)
    {
        var report = await CheckAsync(context.RequestAborted);
        context.Response.StatusCode = report.Healthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        await JsonAnswer.WriteAsync(context.Response, json =>
        {
            json.WriteStartObject();
            json.WriteString("status"u8, report.Healthy ? "ok" : "failing");
            json.WriteStartArray("parts"u8);
            foreach (var part in report.Parts)
            {
                json.WriteStartObject();
                json.WriteString("name"u8, part.Name);
                json.WriteString("status"u8, part.Healthy ? "ok" : "failing");
                json.WriteString("detail"u8, part.Detail);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private async ValueTask<HealthReport> CheckAsync(CancellationToken cancel)
    {
        if (services.CheckHealth is null)
        {
            return new HealthReport([]);
        }

        try
        {
            return await services.CheckHealth(cancel);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new HealthReport([new HealthPart("health check", false, e.Message)]);
        }
    }
}
