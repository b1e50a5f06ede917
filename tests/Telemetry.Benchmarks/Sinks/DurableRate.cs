using System.Globalization;
using Serilog;

namespace Telemetry.Benchmarks.Sinks;

/// <summary>Events from two threads of one process, all of them acknowledged; beside Serilog's OTLP sink into the collector.</summary>
internal static class DurableRate
{
    private const int Warm = 100_000;
    private const int OtlpEvents = 300_000;

    private static readonly string Otlp = Path.Combine(Installation.Repository, "artifacts/bin/Telemetry.Benchmarks.Otlp/release/telemetry-bench-otlp");

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(bool full)
    {
        await using var here = new Installation();
        var (ours, files, ratios, otlps) = (new List<LoadResult>(), new List<LoadResult>(), new List<double>(), new List<double>());
        var events = (full ? 5_000_000 : 2_000_000).ToString(CultureInfo.InvariantCulture);
        for (var round = 0; round < (full ? 5 : 3); round++)
        {
            await using (var gateway = await GatewayAlone.StartAsync(here))
            {
                ours.Add(await SinkChild.RunAsync<LoadResult>(here, "load", here.Gateway, events));
            }

            Say("sink", ours[^1]);
            files.Add(await SinkChild.RunAsync<LoadResult>(here, "file", Path.Combine(here.Folder, "peer.log"), events));
            File.Delete(Path.Combine(here.Folder, "peer.log"));
            Say("file", files[^1]);
            if (OtelCollector.IsPresent)
            {
                var otlp = await OtlpAsync(here);
                Say("OTLP", otlp);
                otlps.Add(otlp.PerCore);
                ratios.Add(ours[^1].PerCore / otlp.PerCore);
            }
        }

        var rate = new Figure("events_per_second_durable", Samples.Median(ours.Select(r => r.PerSecond)), "events/s", 250_000, true, ours.Count,
            "Serilog.Sinks.File, two threads, not synced", Samples.Median(files.Select(r => r.PerSecond)));
        return ratios.Count == 0
            ? [rate]
            : [rate, new("vs_otlp_exporter", Samples.Median(ratios), Figure.RatioUnit, 3, true, ratios.Count,
                "Serilog.Sinks.OpenTelemetry to the collector, events/s/core", Samples.Median(otlps))];
    }

    /// <summary>In a process of its own.</summary>
    public static LoadResult Load(string gateway, int events)
    {
        using var sink = new MeasuredSink(gateway);
        LoadLoop.Run(sink.Logger, Warm, () => sink.Account.Acknowledged);
        var result = LoadLoop.Run(sink.Logger, events, () => sink.Account.Acknowledged);
        var account = sink.Account;
        return result.Settled == events && account.Acknowledged == account.Emitted
            ? result
            : throw new InvalidOperationException($"Not everything was acknowledged: {account}.");
    }

    /// <summary>In a process of its own.</summary>
    public static LoadResult LoadFile(string path, int events)
    {
        using var logger = new LoggerConfiguration().WriteTo.File(path, formatProvider: CultureInfo.InvariantCulture, fileSizeLimitBytes: null).CreateLogger();
        LoadLoop.Run(logger, Warm, null);
        return LoadLoop.Run(logger, events, null);
    }

    private static async Task<LoadResult> OtlpAsync(Installation here)
    {
        var answer = Path.Combine(here.Folder, "otlp.json");
        await using var collector = OtelCollector.StartOtlp(here.Folder, here.HttpPort);
        await GatewayAlone.ListeningAsync(here.HttpPort);
        await SinkChild.WaitAsync(SinkChild.StartProgram(Otlp, [here.Url, OtlpEvents.ToString(CultureInfo.InvariantCulture), Warm.ToString(CultureInfo.InvariantCulture), answer]));
        return System.Text.Json.JsonSerializer.Deserialize<LoadResult>(await File.ReadAllTextAsync(answer))!;
    }

    private static void Say(string what, LoadResult result) =>
        Console.WriteLine($"  {what}: {result.PerSecond:#,0} events/s, {result.PerCore:#,0} events/s/core");
}
