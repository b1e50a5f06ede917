using System.Diagnostics;
using System.Text;
using Telemetry.Store.Sqlite.Documents;
using Telemetry.Wire;

namespace Telemetry.Store.Tests.Documents;

/// <summary>
/// Prints what the store takes and how fast it answers; run by name from a release build. <c>TELEMETRY_TEST_DOCUMENTS</c> sets how
/// many documents, 1,000,000 by default.
/// </summary>
public sealed class DocumentStoreSpeed(ITestOutputHelper output) : IDisposable
{
    private static readonly string[] Messages =
    [
        "request completed for user", "connection refused by upstream", "cache miss on key", "payment accepted for order",
        "retrying after timeout in", "job finished in queue", "connection accepted from peer",
    ];

    private static readonly string[] Levels = ["info", "info", "info", "info", "info", "info", "info", "debug", "warn", "error"];
    private static readonly string[] Services = ["api", "web", "worker", "billing"];

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact(Explicit = true)]
    [Trait("Category", "heavy")]
    public async Task Measure()
    {
        var count = int.TryParse(Environment.GetEnvironmentVariable("TELEMETRY_TEST_DOCUMENTS"), out var set) ? set : 1_000_000;
        var documents = Prepare(50_000);
        var raw = 0L;
        var spent = Stopwatch.StartNew();
        var cpu = Environment.CpuUsage.TotalTime;
        await using (var writer = Some.Writer(_directory.Path))
        {
            for (var i = 0; i < count; i++)
            {
                if (i % 1000 == 0)
                {
                    writer.Begin(i, Some.TimeUnixUs + i * 20L);
                }

                var document = documents[(int)(i * 2_654_435_761L % documents.Length)];
                raw += document.Text(document.Fields[0]).Length + 1;
                writer.Write(document);
                if (i % 20_000 == 19_999)
                {
                    await writer.CommitAsync(i + 1, default);
                }
            }

            await writer.CommitAsync(count, default);
        }

        cpu = Environment.CpuUsage.TotalTime - cpu;
        var bytes = Directory.GetFiles(_directory.Path).Sum(file => new FileInfo(file).Length);
        output.WriteLine($"{count / spent.Elapsed.TotalSeconds:N0} documents/s, {count / cpu.TotalSeconds:N0} per second of CPU");
        output.WriteLine($"{bytes / (double)count:N1} bytes/document, {bytes / (double)raw:N2} of raw");
        using var reader = Some.Reader(_directory.Path);
        foreach (var query in (string[])["", "\"connection refused\"", "\"in 55 ms\"", "log.level : error and service.name : api", "trace.id : abc"])
        {
            await Answer(reader, query);
        }
    }

    private async Task Answer(SqliteDocumentReader reader, string query)
    {
        var tree = Some.Query(query);
        List<double> search = [];
        List<double> histogram = [];
        var total = 0L;
        for (var i = 0; i < 20; i++)
        {
            var spent = Stopwatch.StartNew();
            total = (await reader.SearchAsync(new SearchRequest(tree), default)).Total;
            search.Add(spent.Elapsed.TotalMilliseconds);
            spent.Restart();
            await reader.HistogramAsync(new HistogramRequest(tree, null, null), default);
            histogram.Add(spent.Elapsed.TotalMilliseconds);
        }

        search.Sort();
        histogram.Sort();
        output.WriteLine($"{query}: {total:N0}; search median {search[10]:N0} p95 {search[18]:N0} ms, histogram {histogram[10]:N0} p95 {histogram[18]:N0} ms");
    }

    private static Document[] Prepare(int count)
    {
        var random = new Random(1);
        var names = new LabelNames();
        names.TryGet("user"u8, out var user);
        var documents = new Document[count];
        for (var i = 0; i < count; i++)
        {
            var message = $"{Messages[random.Next(Messages.Length)]} w{random.Next(3000):x} in {random.Next(1000)} ms";
            var (level, service) = (Levels[random.Next(10)], Services[random.Next(4)]);
            var (trace, who) = (random.NextInt64().ToString("x16", null), $"user-{random.Next(500)}");
            var document = documents[i] = new Document();
            document.Reset(Some.Record((ulong)i), Some.TimeUnixUs + i * 20L);
            document.Set(Fields.EventOriginal, Encoding.UTF8.GetBytes(
                $"{{\"@timestamp\":\"2026-11-22T11:05:{random.Next(60):00}.{random.Next(1_000_000):000000}Z\",\"log.level\":\"{level}\",\"service.name\":\"{service}\",\"message\":\"{message}\",\"user\":\"{who}\",\"trace.id\":\"{trace}\"}}"));
            document.Set(Fields.EventDataset, "web");
            document.Set(Fields.EventSequence, (long)i);
            document.Set(Fields.EventIngested, Some.TimeUnixUs + i / 1000 * 20_000L);
            document.Set(Fields.LifetimeIdField, Some.Lifetime.ToString());
            document.Set(Fields.HostName, "web-01.example.com");
            document.Set(Fields.LogFilePath, "/var/log/web.log");
            document.Set(Fields.LogLevel, level);
            document.Set(Fields.ServiceName, service);
            document.Set(Fields.Message, message);
            document.Set(user, who);
            document.Set(Fields.TraceId, trace);
            document.Set(Fields.EventDuration, (long)random.Next(1000));
        }

        return documents;
    }
}
