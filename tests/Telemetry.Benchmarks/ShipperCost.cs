using System.Diagnostics;

namespace Telemetry.Benchmarks;

/// <summary>What the native shipper costs at 10,000 lines/s into a real gateway, and the collector at the same.</summary>
internal static class ShipperCost
{
    private const int LinesPerSecond = 10_000;
    private const int Windows = 3;

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(bool full)
    {
        await using var here = new Installation();
        await using var up = await here.UpAsync("--no-shipper");
        var path = Path.Combine(here.Folder, "app.log");
        await File.WriteAllTextAsync(path, "");
        await using var shipper = here.Start("shipper", Installation.Shipper, "run", "--gateway", here.Gateway,
            "--data", Path.Combine(here.Folder, "shipper"), "--instance-id", "bench", "--watch", path);
        var (cpu, rss) = await MeasureAsync(shipper, path, full);
        await shipper.StopAsync();
        double? peerCpu = null, peerRss = null;
        if (OtelCollector.IsPresent)
        {
            await using var collector = OtelCollector.Start(here.Folder, path + ".otel");
            (peerCpu, peerRss) = await MeasureAsync(collector, path + ".otel", full);
        }

        const string Peer = "OpenTelemetry Collector, filelog to nop";
        return
        [
            new("shipper_cpu_10k", cpu, "% of a core", 4, false, Windows, Peer, peerCpu),
            new("shipper_rss_10k", rss, "MB", 32, false, Windows, Peer, peerRss),
        ];
    }

    private static async Task<(double CpuPercent, double RssMb)> MeasureAsync(RunningProcess process, string path, bool full)
    {
        var source = new LogLines(3);
        await using var file = new FileStream(path, FileMode.Append);
        void Write(int due)
        {
            var text = string.Concat(Enumerable.Range(0, due).Select(_ => source.Next(DateTimeOffset.UtcNow)));
            file.Write(System.Text.Encoding.ASCII.GetBytes(text));
            file.Flush();
        }

        await Pace.KeepAsync(LinesPerSecond, TimeSpan.FromSeconds(5), Write);
        var cpu = new List<double>();
        for (var window = 0; window < Windows; window++)
        {
            var clock = Stopwatch.StartNew();
            var before = process.CpuSeconds();
            await Pace.KeepAsync(LinesPerSecond, TimeSpan.FromSeconds(full ? 60 : 15), Write);
            cpu.Add(100 * (process.CpuSeconds() - before) / clock.Elapsed.TotalSeconds);
        }

        return (Samples.Median(cpu), process.PeakRssBytes() / 1e6);
    }
}
