using Microsoft.AspNetCore.Http;
using Telemetry.Console.Metrics;

namespace Telemetry.Console.Api;

/// <summary><c>GET /metrics</c>: Prometheus text format 0.0.4.</summary>
internal sealed class MetricsEndpoint(ProcessServices services) : IApiEndpoint
{
    public async Task AnswerAsync(HttpContext context)
    {
        context.Response.ContentType = PrometheusText.ContentType;
        var text = new PrometheusText(context.Response.BodyWriter);
        services.Meters?.WriteTo(text);
        services.WriteMetrics?.Invoke(text);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }
}
