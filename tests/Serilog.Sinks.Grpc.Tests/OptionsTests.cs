using System.Globalization;
using System.Text;
using System.Text.Json;
using Serilog.Sinks.Grpc.Clef;
using Telemetry.Shipper.Tests.Support;

namespace Serilog.Sinks.Grpc.Tests;

/// <summary>What options do, and what the environment makes of them.</summary>
public sealed class OptionsTests
{
    [Fact]
    public void TheEnvironmentOverridesTheCode()
    {
        var environment = new Dictionary<string, string>
        {
            ["ENDPOINT"] = "https://gateway:4319",
            ["SERVICE_NAME"] = "shop",
            ["SERVICE_VERSION"] = "2",
            ["TOKEN"] = "t",
            ["CA_FILE"] = "/ca.pem",
            ["BUFFER_PATH"] = "/buffer",
            ["BUFFER_SIZE_LIMIT"] = "8MiB",
            ["BATCH_BYTES_LIMIT"] = "64KiB",
            ["BATCH_SIZE_LIMIT"] = "100",
            ["HEADERS"] = "x-tenant=a, x-key=b=c",
            ["RESOURCE_ATTRIBUTES"] = "deployment.environment=test",
            ["INCLUDED_DATA"] = "MessageTemplate, TraceId",
            ["COMPRESSION"] = "none",
            ["CAPTURE_CRASHES"] = "false",
            ["EVENT_BODY_LIMIT"] = "64KiB",
            ["CALL_TIMEOUT"] = "00:00:03",
            ["QUEUE_BYTES_LIMIT"] = "4MiB",
            ["QUEUE_LIMIT"] = "500",
            ["BUFFERING_TIME_LIMIT"] = "00:00:01",
            ["SHUTDOWN_TIMEOUT"] = "00:00:02",
            ["FATAL_TIMEOUT"] = "00:00:00.5",
        };
        var options = new BatchedGrpcSinkOptions { ServiceName = "of the code", TokenFile = "/of/the/code", Headers = { ["old"] = "1" } };
        SinkEnvironment.Apply(options, name => environment.GetValueOrDefault(name[SinkEnvironment.Prefix.Length..]));
        Approved.Matches("effective-options.txt", Print(options));
    }

    [Theory]
    [InlineData("HEADERS", "novalue")]
    [InlineData("INCLUDED_DATA", "Everything")]
    [InlineData("COMPRESSION", "zip")]
    [InlineData("CAPTURE_CRASHES", "maybe")]
    [InlineData("BATCH_BYTES_LIMIT", "many")]
    [InlineData("SHUTDOWN_TIMEOUT", "soon")]
    [InlineData("CALL_TIMEOUT", "10")]
    [InlineData("QUEUE_LIMIT", "many")]
    public void AWrongVariableIsNamed(string name, string value)
    {
        var wrong = Assert.ThrowsAny<ArgumentException>(
            () => SinkEnvironment.Apply(new BatchedGrpcSinkOptions(), n => n == SinkEnvironment.Prefix + name ? value : null));
        Assert.Equal(SinkEnvironment.Prefix + name, wrong.ParamName);
    }

    [Fact]
    public void WhatCannotWorkIsRefused()
    {
        Refused(o => o.Headers["Not Lower"] = "x", "name");
        Refused(o => o.Headers["grpc-timeout"] = "x", "name");
        Refused(o => o.Headers["x"] = "é", "value");
        Refused(o => o.Token = "two\nlines", "token");
        Refused(o => o.Endpoint = "unix://relative.sock", "endpoint");
        Refused(o => o.ResourceAttributes[""] = "x", "resourceAttributes");
        Refused(o => o.IncludedData = (IncludedData)64, "includedData");
        Refused(o => o.Compression = (BatchCompression)9, "compression");
        Refused(o => o.BatchSizeLimit = 0, "batchSizeLimit");
        Refused(o => o.BatchBytesLimit = 1, "batchBytesLimit");
    }

    [Fact]
    public void AttributesAreThereUnlessTheEventHasThem()
    {
        var options = new GrpcSinkOptions { ResourceAttributes = { ["zone"] = "a", ["Id"] = "other", ["@x"] = "escaped" } };
        var json = Written(options, Some.Event("order {Id}", 7));
        Assert.Equal(("a", 7, "escaped"), (json.GetProperty("zone").GetString(), json.GetProperty("Id").GetInt32(), json.GetProperty("@@x").GetString()));
    }

    [Fact]
    public void WithoutATemplateTheMessageIsRendered()
    {
        var json = Written(new GrpcSinkOptions { IncludedData = IncludedData.None }, Some.Event("order {Id:000} {SourceContext}", 7, "Shop.Cart"));
        Assert.Equal("order 007 \"Shop.Cart\"", json.GetProperty("@m").GetString());
        Assert.False(json.TryGetProperty("@mt", out _) || json.TryGetProperty("@r", out _) || json.TryGetProperty("SourceContext", out _));
    }

    [Theory]
    [InlineData(BatchCompression.Brotli)]
    [InlineData(BatchCompression.None)]
    public async Task SmallBatchesArrive(BatchCompression compression)
    {
        await using var gateway = await RealGateway.StartAsync();
        await using (var logger = new LoggerConfiguration().WriteTo.Grpc(
            endpoint: gateway.Address.ToString(), batchSizeLimit: 10, batchBytesLimit: "4KiB", compression: compression,
            headers: new Dictionary<string, string> { ["x-tenant"] = "a" }).CreateLogger())
        {
            for (var i = 0; i < 100; i++)
            {
                logger.Information("order {Id} of the same customer as ever", i);
            }
        }

        Assert.Equal(100, gateway.Lines().Count);
        Assert.True(gateway.Batches >= 10, "a batch had more than 10 events");
    }

    private static JsonElement Written(GrpcSinkOptions options, Events.LogEvent logEvent) =>
        JsonDocument.Parse(new ClefWriter(EventFormat.Of(options)).Write(logEvent).ToArray()).RootElement;

    private static void Refused(Action<BatchedGrpcSinkOptions> set, string name)
    {
        var options = new BatchedGrpcSinkOptions();
        set(options);
        Assert.Equal(name, Assert.ThrowsAny<ArgumentException>(() => OptionsCheck.ThrowIfWrong(options)).ParamName);
    }

    private static string Print(BatchedGrpcSinkOptions options)
    {
        var text = new StringBuilder();
        foreach (var property in options.GetType().GetProperties().OrderBy(p => p.Name, StringComparer.Ordinal))
        {
            var value = property.GetValue(options);
            value = value is IDictionary<string, string> pairs ? string.Join(", ", pairs.Select(p => $"{p.Key}={p.Value}")) : value;
            text.Append(CultureInfo.InvariantCulture, $"{property.Name} = {value ?? "null"}\n");
        }

        return text.ToString();
    }
}
