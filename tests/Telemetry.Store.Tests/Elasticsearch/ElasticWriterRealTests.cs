using System.Diagnostics;
using System.Text.Json.Nodes;
using Telemetry.Store.Elasticsearch;
using Telemetry.Store.Elasticsearch.Writing;
using Telemetry.Store.Tests.Documents;

namespace Telemetry.Store.Tests.Elasticsearch;

/// <summary>The writer into a real Elasticsearch.</summary>
[Trait("Category", "heavy")]
public sealed class ElasticWriterRealTests(RealElasticsearch real, ITestOutputHelper output) : IClassFixture<RealElasticsearch>
{
    [Fact]
    public async Task DocumentsAreStoredAndFoundByTheirLabels()
    {
        var url = await real.InstallAsync("plain");
        await using var harness = new WriterHarness(url);
        await using var writer = harness.Open();
        WriterHarness.Write(writer, Enumerable.Range(0, 999));
        writer.Begin(999, 0);
        var labelled = WriterHarness.Line(999);
        Assert.True(new LabelNames().TryGet("order.id"u8, out var label));
        Assert.True(new LabelNames().TryGet("order"u8, out var parent));
        labelled.Set(label, "8412");
        labelled.Set(parent, "first");
        writer.Write(labelled);

        Assert.Empty(await writer.CommitAsync(1000, default));

        await AssertExactly("logs-telemetry.app-plain", 1000);
        var found = await real.SendAsync(HttpMethod.Post, "/logs-telemetry.app-plain/_search", new JsonObject
        {
            ["query"] = new JsonObject { ["term"] = new JsonObject { ["labels.order.id"] = "8412" } },
        });
        Assert.Equal(WriterHarness.IdOf(999), Assert.Single(found["hits"]!["hits"]!.AsArray())!["_id"]!.ToString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ARolloverBetweenApplyAndReplayStoresNothingTwice(bool hasMark)
    {
        var ns = "replay" + hasMark.ToString().ToLowerInvariant();
        var (url, stream) = (await real.InstallAsync(ns), "logs-telemetry.app-" + ns);
        var mark = "";
        await using (var first = new WriterHarness(url))
        {
            await using var writer = first.Open();
            WriterHarness.Write(writer, Enumerable.Range(0, 100));
            await writer.CommitAsync(100, default);
            WriterHarness.Write(writer, Enumerable.Range(100, 100));
            await writer.CommitAsync(200, default);
            // What was committed last is not: the process ended before the state was saved.
            mark = hasMark ? $$"""{"app":"{{(await real.DocumentsAsync(stream))[0].Index}}"}""" : "";
        }

        await real.RolloverAsync(stream);
        await real.RolloverAsync(stream);
        await using var harness = new WriterHarness(url);
        await using var next = harness.Open(mark, inDoubtUntil: 250);
        WriterHarness.Write(next, Enumerable.Range(100, 200));
        Assert.Empty(await next.CommitAsync(300, default));

        await AssertExactly(stream, 300);
        Assert.Equal((100, 100), (harness.Count("stored"), harness.Count("duplicates")));
        await next.CommitAsync(300, default);
        Assert.Contains("000003", next.Mark);
    }

    [Fact]
    public async Task ARolloverDuringARetryStoresNothingTwice()
    {
        var (url, stream) = (await real.InstallAsync("retry"), "logs-telemetry.app-retry");
        await using var proxy = new CuttingProxy(real.Server.Port);
        await using var harness = new WriterHarness(url.Replace(real.Server.Url, proxy.Url, StringComparison.Ordinal));
        await using var writer = harness.Open();
        for (var round = 0; round < 10; round++)
        {
            proxy.CutNext(() => real.RolloverAsync(stream));
            WriterHarness.Write(writer, Enumerable.Range(round * 500, 500));
            Assert.Empty(await writer.CommitAsync((round + 1) * 500, default));
        }

        await AssertExactly(stream, 5000);
        Assert.Equal(10, proxy.Cuts);
        Assert.True(harness.Count("duplicates") >= 500, "what was applied before each cut was found");
    }

    [Fact]
    public async Task WithoutTemplatesNothingIsWritten()
    {
        await using var harness = new WriterHarness(real.Url("absent"));
        await using var writer = harness.Open();
        WriterHarness.Write(writer, [0]);

        var fault = await Assert.ThrowsAnyAsync<IOException>(async () => await writer.CommitAsync(1, default));

        output.WriteLine(fault.Message);
        Assert.Contains("does not let us write to logs-telemetry.app-absent", fault.Message);
    }

    [Fact]
    public async Task AConflictWithTheMappingIsRefusedWithoutItsValue()
    {
        await real.SendAsync(HttpMethod.Put, "/_component_template/telemetry@custom", JsonNode.Parse(
            """{"template":{"mappings":{"properties":{"service":{"properties":{"name":{"type":"long","ignore_malformed":false}}}}}}}"""));
        try
        {
            var url = await real.InstallAsync("conflict");
            await using var harness = new WriterHarness(url);
            await using var writer = harness.Open();
            for (var seq = 0; seq < 1000; seq++)
            {
                var document = new Document();
                document.Reset(Some.Record((ulong)seq), Some.TimeUnixUs);
                document.Set(Fields.EventSequence, seq);
                document.Set(Fields.ServiceName, seq == 500 ? "secret" : "17");
                writer.Begin(seq, 0);
                writer.Write(document);
            }

            var refused = Assert.Single(await writer.CommitAsync(1000, default));

            output.WriteLine(refused.Reason);
            Assert.Contains("service.name", refused.Reason);
            Assert.DoesNotContain("secret", refused.Reason);
            Assert.Equal(999, (await real.DocumentsAsync("logs-telemetry.app-conflict")).Count);
        }
        finally
        {
            await real.SendAsync(HttpMethod.Put, "/_component_template/telemetry@custom", JsonNode.Parse("""{"template":{}}"""));
        }
    }

    [Fact]
    public async Task AServerKilledUnderLoadLosesAndDuplicatesNothing()
    {
        var (url, stream) = (await real.InstallAsync("killed"), "logs-telemetry.app-killed");
        await using var harness = new WriterHarness(url, WriterHarness.Quick with { MaxBackoff = TimeSpan.FromSeconds(1) });
        var writing = Task.Run(async () =>
        {
            await using var writer = harness.Open();
            for (var round = 0; round < 60; round++)
            {
                WriterHarness.Write(writer, Enumerable.Range(round * 500, 500));
                await writer.WaitForRoomAsync(default);
                Assert.Empty(await writer.CommitAsync((round + 1) * 500, default));
            }
        });
        await Eventually.Holds(() => harness.Count("stored") > 5000, "some is stored", TimeSpan.FromSeconds(60));
        await real.Server.KillAsync();
        await real.Server.RestartAsync();
        await writing.WaitAsync(TimeSpan.FromMinutes(3));

        await AssertExactly(stream, 30_000);
    }

    /// <summary>What the real server takes of typical lines; one <c>TELEMETRY_TEST_DOCUMENTS</c> says how many.</summary>
    [Fact(Explicit = true)]
    public async Task Speed()
    {
        var count = int.TryParse(Environment.GetEnvironmentVariable("TELEMETRY_TEST_DOCUMENTS"), out var set) ? set : 100_000;
        var documents = Enumerable.Range(0, 1000).Select(seq => BulkEncoderTests.Typical((ulong)seq)).ToArray();
        foreach (var (ns, gzip, bytes, senders) in new[]
        {
            ("warm", false, 4 << 20, 2), ("a1", false, 4 << 20, 1), ("a2", false, 4 << 20, 2), ("a3", true, 4 << 20, 2),
        })
        {
            var url = (await real.InstallAsync(ns)).Replace("gzip=false", gzip ? "gzip=true" : "gzip=false", StringComparison.Ordinal);
            await using var harness = new WriterHarness(
                url, new ElasticWriterOptions { MaxRequestBytes = bytes, MaxHeldBytes = 16 << 20, Senders = senders });
            await using var writer = harness.Open();
            var (clock, allocated) = (Stopwatch.StartNew(), 0L);
            for (var i = 0; i < count; i++)
            {
                var document = documents[i % documents.Length];
                document.Reset(Some.Record((ulong)i), Some.TimeUnixUs + i);
                Refill(document, i);
                writer.Begin(i, 0);
                writer.Write(document);
                if (i % 500 == 0)
                {
                    await writer.WaitForRoomAsync(default);
                }

                // The first half fills the buffers that are then used again.
                allocated = i == count / 2 ? GC.GetTotalAllocatedBytes() : allocated;
            }

            await writer.CommitAsync(count, default);
            output.WriteLine(
                $"gzip {gzip}, {bytes >> 20} MiB, {senders} senders: {count / clock.Elapsed.TotalSeconds:N0} documents/s, "
                + $"{(GC.GetTotalAllocatedBytes() - allocated) * 2 / count} B/document, "
                + $"{harness.Count("requests")} requests, {harness.Count("retried")} retried");
        }

        await RawAsync(count);
    }

    // What the same server takes of the same lines, encoded beforehand and sent by two connections.
    private async Task RawAsync(int count)
    {
        await real.InstallAsync("raw");
        var encoder = new BulkEncoder(new DataStreamNames("raw"));
        List<byte[]> bodies = [];
        var (buffer, document) = (new ByteBuffer(5 << 20), new Document());
        for (var i = 0; i < count; i++)
        {
            document.Reset(Some.Record((ulong)i), Some.TimeUnixUs + i);
            Refill(document, i);
            encoder.Append(buffer, document, out _);
            if (buffer.Length > 4 << 20 || i == count - 1)
            {
                bodies.Add(buffer.Span.ToArray());
                buffer.Truncate(0);
            }
        }

        using var http = new HttpClient();
        var clock = Stopwatch.StartNew();
        await Parallel.ForEachAsync(bodies, new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (body, cancel) =>
        {
            using var content = new ByteArrayContent(body);
            content.Headers.ContentType = new("application/x-ndjson");
            using var answer = await http.PostAsync(new Uri(real.Server.Url + "/_bulk?require_data_stream=true&filter_path=errors,items.*.status"), content, cancel);
            Assert.Contains("\"errors\":false", await answer.Content.ReadAsStringAsync(cancel));
        });
        output.WriteLine($"raw, encoded beforehand, 4 MiB, 2 connections: {count / clock.Elapsed.TotalSeconds:N0} documents/s");
    }

    private static void Refill(Document document, int i)
    {
        document.Set(Fields.Message, "GET /api/orders/8412 answered 200 in 12 ms for user 17 from 10.0.0.7 with request 5f2a9c"u8);
        document.Set(Fields.EventOriginal, "2026-11-22T11:00:00.001Z [INF] GET /api/orders/8412 answered 200 in 12 ms for user 17 from 10.0.0.7 with request 5f2a9c"u8);
        document.Set(Fields.LogLevel, "info"u8);
        document.Set(Fields.ServiceName, "web"u8);
        document.Set(Fields.EventSequence, i);
        document.Set(Fields.EventCreated, document.MintedUnixUs);
        document.Set(Fields.EventIngested, document.MintedUnixUs + 250_000);
        document.Set(Fields.HostName, "web-17"u8);
        document.Set(Fields.HostId, "i-0a1b2c3d4e5f"u8);
        document.Set(Fields.LifetimeIdField, "0123456789abcdef0123456789abcdef"u8);
        document.Set(Fields.HostBootId, "b2b5a0b8-7a3e-4a2e-8d60-5d8e6c7f0a11"u8);
        document.Set(Fields.HostOsFull, "Debian GNU/Linux 12 (bookworm)"u8);
        document.Set(Fields.AgentName, "telemetry-shipper"u8);
        document.Set(Fields.TelemetryLane, "bulk"u8);
        document.Set(Fields.TelemetryStream, "0011223344556677"u8);
        document.Set(Fields.TelemetryEpoch, "0011223344556677"u8);
        document.Set(Fields.LogFilePath, "/var/log/web.log"u8);
    }

    private async Task AssertExactly(string stream, int count)
    {
        var documents = await real.DocumentsAsync(stream);
        Assert.Equal(
            Enumerable.Range(0, count).Select(WriterHarness.IdOf).Order(StringComparer.Ordinal),
            documents.Select(document => document.Id).Order(StringComparer.Ordinal));
    }
}
