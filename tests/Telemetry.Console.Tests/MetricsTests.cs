using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
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
    public void WhatAnInstrumentNoLongerReportsIsGone()
    {
        using var meters = new MeterExposition();
        using var meter = new Meter("Telemetry.Partitions");
        List<Measurement<long>> lags = [new(5, new KeyValuePair<string, object?>("partition", "a")), new(6, new KeyValuePair<string, object?>("partition", "b"))];
        meter.CreateObservableGauge("partition.lag", () => lags);
        Assert.Contains("partition_lag{partition=\"b\"} 6\n", Text(meters), StringComparison.Ordinal);

        lags.RemoveAt(1);

        var text = Text(meters);
        Assert.Contains("partition_lag{partition=\"a\"} 5\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("partition=\"b\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AProcessWithoutAConsoleTellsOfItself()
    {
        using var meters = new MeterExposition();
        using var meter = new Meter("Telemetry.Alone");
        meter.CreateObservableGauge("alone.depth", () => 3);
        var parts = new List<HealthPart> { new("indexer", true) };
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        await using var application = builder.Build();
        application.MapTelemetryProcess(new ProcessServices { Meters = meters, CheckHealth = _ => new(new HealthReport([.. parts])) });
        await application.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(application.Urls.First()) };

        Assert.Contains("alone_depth 3\n", await http.GetStringAsync("/metrics"), StringComparison.Ordinal);
        Assert.Contains("\"status\":\"ok\"", await http.GetStringAsync("/healthz"), StringComparison.Ordinal);
        parts.Add(new HealthPart("store", false, "It is away."));
        using var failing = await http.GetAsync("/healthz");
        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, failing.StatusCode);
        using var search = await http.GetAsync("/api/v1/search");
        Assert.Equal(System.Net.HttpStatusCode.NotFound, search.StatusCode);
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

        var lines = Text(meters).Split('\n');
        Assert.InRange(lines.Count(line => line.StartsWith("flood_records_total{", StringComparison.Ordinal)), 4000, 5000);
        Assert.DoesNotContain("telemetry_metrics_refused_total 0", lines);
    }

    private static string Text(MeterExposition meters)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        meters.WriteTo(new PrometheusText(output));
        return System.Text.Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
