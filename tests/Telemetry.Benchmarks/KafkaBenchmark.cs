using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Telemetry.Benchmarks.Engines;
using Telemetry.Tests.Support.Servers;

namespace Telemetry.Benchmarks;

/// <summary>The gateway into a real Kafka, beside Kafka's own producer benchmark; crashes behind a backlog; growth.</summary>
internal static partial class KafkaBenchmark
{
    private const int Calls = 4;
    private const int TargetLinesPerSecond = 250_000;

    public static async Task<int> RunAsync(bool full, string? only)
    {
        if (!KafkaServer.Available(out var reason))
        {
            Console.Error.WriteLine(reason);
            return 1;
        }

        var figures = new List<Figure>();
        if (only is null or "gateway")
        {
            figures.AddRange(await GatewayAsync(full ? 60 : 20));
        }

        if (only is null or "crash")
        {
            figures.AddRange(await EngineCrashLatency.MeasureAsync(full));
        }

        if (only is null or "growth")
        {
            await EngineGrowth.MeasureAsync(full);
        }

        return Report.Print("kafka", figures);
    }

    private static async Task<IReadOnlyList<Figure>> GatewayAsync(int seconds)
    {
        await using var kafka = await KafkaServer.StartAsync("1g");
        await using var here = new Installation();
        await using var gateway = here.Start("gateway", Installation.Telemetry,
            "gateway", "--data", here.Data, "--grpc-port", $"{here.GrpcPort}", "--bus", BusOf(kafka));
        var loader = new ShipLoader(new Uri(here.Gateway), Calls);
        await ListeningAsync(here.GrpcPort);
        await loader.RunAsync(TimeSpan.FromSeconds(5), null);

        var (ours, peers) = (new List<double>(), new List<double>());
        for (var round = 0; round < 3; round++)
        {
            var (before, clock) = (loader.Acked, Stopwatch.StartNew());
            await loader.RunAsync(TimeSpan.FromSeconds(seconds / 2.0), null);
            ours.Add((loader.Acked - before) / clock.Elapsed.TotalSeconds);
            peers.Add(await ProducerPerformanceAsync(here, kafka, loader.MeanBatchBytes, (long)(ours[^1] * seconds / 2)));
            Console.WriteLine($"  round {round + 1}: gateway {ours[^1]:#,0} batches/s ({ours[^1] * loader.MeanBatchBytes / 1e6:0} MB/s, {ours[^1] * ShipLoader.LinesPerBatch:#,0} lines/s), ProducerPerformance {peers[^1]:#,0}/s");
        }

        // Behind after the first seconds, and at the end: a lag that grows is one that never ends.
        long first = -1, last = 0;
        var minute = Stopwatch.StartNew();
        var notSent = await loader.RunAsync(TimeSpan.FromSeconds(60), (double)TargetLinesPerSecond / ShipLoader.LinesPerBatch, () =>
        {
            last = loader.Behind;
            first = first < 0 && minute.Elapsed.TotalSeconds >= 10 ? last : first;
        });
        var growing = Math.Max(0, notSent + last - Math.Max(first, Calls * 4)) * ShipLoader.LinesPerBatch;
        return
        [
            new("gateway_vs_producer_perf", Samples.Median(ours.Zip(peers, (o, p) => o / p)), Figure.RatioUnit, 0.6, true, ours.Count,
                "ProducerPerformance, records of the same size/s", Samples.Median(peers)),
            new("gateway_lag_250k", growing, "lines", 0, false, 60, "none", null),
        ];
    }

    public static string BusOf(KafkaServer kafka, string more = "") => $"kafka://{kafka.Broker}?replication=1&min_isr=1{more}";

    private static async Task<double> ProducerPerformanceAsync(Installation here, KafkaServer kafka, double recordBytes, long records)
    {
        var topic = "perf" + Guid.NewGuid().ToString("N");
        await ToolAsync(here, "TopicCommand", "--bootstrap-server", kafka.Broker, "--create", "--topic", topic, "--partitions", "4",
            "--config", "max.message.bytes=8388608");
        var said = await ToolAsync(here, "ProducerPerformance", "--topic", topic, "--num-records", records.ToString(CultureInfo.InvariantCulture),
            "--record-size", ((int)recordBytes).ToString(CultureInfo.InvariantCulture), "--throughput", "-1", "--producer-props",
            $"bootstrap.servers={kafka.Broker}", "acks=all", "enable.idempotence=true", "linger.ms=5", "batch.size=1048576",
            "max.request.size=8388608", "buffer.memory=134217728");
        var match = Throughput().Matches(said).LastOrDefault() ?? throw new InvalidOperationException(said);
        return double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
    }

    private static async Task<string> ToolAsync(Installation here, string tool, params string[] args)
    {
        var name = $"{tool}-{Guid.NewGuid():N}";
        await using var process = here.Start(name, Path.Combine(KafkaServer.Servers, "kafka/tool"), [tool, .. args]);
        while (!process.HasExited)
        {
            await Task.Delay(50);
        }

        await process.DisposeAsync();
        return await File.ReadAllTextAsync(Path.Combine(here.Folder, name + ".log"));
    }

    private static async Task ListeningAsync(int port)
    {
        for (var i = 0; i < 600; i++)
        {
            try
            {
                using var client = new System.Net.Sockets.TcpClient();
                await client.ConnectAsync("127.0.0.1", port);
                return;
            }
            catch (System.Net.Sockets.SocketException)
            {
                await Task.Delay(50);
            }
        }

        throw new TimeoutException("The gateway does not listen.");
    }

    [GeneratedRegex(@"records sent, ([0-9.]+) records/sec")]
    private static partial Regex Throughput();
}
