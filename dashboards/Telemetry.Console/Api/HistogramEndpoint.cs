using Microsoft.AspNetCore.Http;
using Telemetry.Store;

namespace Telemetry.Console.Api;

/// <summary>
/// <c>GET /api/v1/histogram?q=&amp;since=&amp;until=&amp;buckets=60</c>: counts per time and <c>log.level</c>; "" is without one.
/// </summary>
internal sealed class HistogramEndpoint(ConsoleServices services) : IApiEndpoint
{
    public async Task AnswerAsync(HttpContext context)
    {
        var parameters = new RequestParameters(context.Request, services.Time);
        var histogram = await services.Documents.HistogramAsync(
            new HistogramRequest(
                await parameters.QueryAsync(services.Documents), parameters.Since, parameters.Until, parameters.Number("buckets", 60, 1, 1000)),
            context.RequestAborted);
        await JsonAnswer.WriteAsync(context.Response, json =>
        {
            json.WriteStartObject();
            json.WriteNumber("total"u8, histogram.Total);
            json.WriteNumber("bucket_seconds"u8, histogram.BucketUs / 1e6);
            json.WriteStartArray("buckets"u8);
            for (var i = 0; i < histogram.Buckets.Count; i++)
            {
                var bucket = histogram.Buckets[i];
                json.WriteStartObject();
                json.WriteString("start"u8, Rfc3339.Format(histogram.StartUnixUs + (i * histogram.BucketUs)));
                json.WriteNumber("count"u8, bucket.Count);
                json.WriteStartObject("levels"u8);
                foreach (var (level, count) in bucket.ByLevel.OrderBy(l => l.Key, StringComparer.Ordinal))
                {
                    json.WriteNumber(level, count);
                }

                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            JsonAnswer.WriteIncomplete(json, histogram.Incomplete);
            json.WriteEndObject();
        });
    }
}
