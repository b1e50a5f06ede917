using System.Diagnostics.Metrics;
using Telemetry.Console.Metrics;

namespace Telemetry.Console.Tests;

public sealed class MetricsTests
{
    [Fact]
    public async Task InstrumentsAreExposedAsPrometheusReadsThem()
    {
        using var meters = new MeterExposition();
        using var meter = new Meter("Telemetry.Sample");
        var time = new FakeTime();
        meter.CreateObservableGauge("sample.depth", () => 7.5, description: "How \\ deep.\nVery.");
        var counter = meter.CreateCounter<long>("sample.records");
        counter.Add(2, new KeyValuePair<string, object?>("lane", "bulk"), new KeyValuePair<string, object?>("why", "a\"b\\c\nd"));
        counter.Add(3, new KeyValuePair<string, object?>("lane", "bulk"), new KeyValuePair<string, object?>("why", "a\"b\\c\nd"));
        meter.CreateHistogram<double>("sample.seconds").Record(0.25);
        meter.CreateUpDownCounter<int>("sample.open").Add(-4);
        await using var host = await ConsoleHost.StartAsync(new ConsoleServices
        {
            Documents = new FakeDocumentReader(time),
            Lifetimes = new FakeLifetimeReader(),
            Meters = meters,
            WriteMetrics = text =>
            {
                text.Family("own_gauge", "gauge", "Mine.");
                text.Sample(double.PositiveInfinity, new KeyValuePair<string, string>("k", "v"));
            },
        });
        using var answer = await host.Http.GetAsync("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        var text = await answer.Content.ReadAsStringAsync();
        Assert.Contains("# HELP sample_depth How \\\\ deep.\\nVery.\n# TYPE sample_depth gauge\nsample_depth 7.5\n", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE sample_records_total counter\nsample_records_total{lane=\"bulk\",why=\"a\\\"b\\\\c\\nd\"} 5\n", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE sample_seconds summary\nsample_seconds_sum 0.25\nsample_seconds_count 1\n", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE sample_open gauge\nsample_open -4\n", text, StringComparison.Ordinal);
        Assert.Contains("own_gauge{k=\"v\"} +Inf\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\r", text, StringComparison.Ordinal);
    }

    [Fact]
    public void SeriesAreBounded()
    {
        using var meters = new MeterExposition();
        using var meter = new Meter("Telemetry.Flood");
        var counter = meter.CreateCounter<long>("flood.records");
        for (var i = 0; i < 6000; i++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("id", i));
        }

        var output = new System.Buffers.ArrayBufferWriter<byte>();
        meters.WriteTo(new PrometheusText(output));
        var lines = System.Text.Encoding.UTF8.GetString(output.WrittenSpan).Split('\n');
        Assert.InRange(lines.Count(line => line.StartsWith("flood_records_total{", StringComparison.Ordinal)), 4000, 5000);
        Assert.DoesNotContain("telemetry_metrics_refused_total 0", lines);
    }
}
