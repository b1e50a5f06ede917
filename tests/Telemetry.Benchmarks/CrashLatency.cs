using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Telemetry.Benchmarks;

/// <summary>
/// A bus that holds 1 M bulk lines more than are indexed, and processes that crash under `telemetry-shipper exec`: how long from
/// the death of the process until a search finds its crash?
/// </summary>
internal static class CrashLatency
{
    private const long Backlog = 1_000_000;
    private const int Crashes = 320;
    private const int AtATime = 4;

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(bool full)
    {
        await using var here = new Installation();
        var lines = full ? 12_000_000 : 6_000_000;
        var log = Path.Combine(here.Folder, "flood.log");
        LogLines.Write(log, lines, 5, DateTimeOffset.UtcNow);
        await FillBusAsync(here, log, lines);
        await using var indexer = here.Start("indexer", Installation.Telemetry, "indexer", "--data", here.Data);
        await using var gateway = here.Start("gateway", Installation.Telemetry, "gateway", "--data", here.Data, "--grpc-port", $"{here.GrpcPort}");
        await using var console = here.Start("console", Installation.Telemetry, "console", "--data", here.Data, "--http-port", $"{here.HttpPort}");
        await here.ReadyAsync(console);
        var clock = Stopwatch.StartNew();
        var found = new ConcurrentBag<double>();
        var next = 0;
        await Task.WhenAll(Enumerable.Range(0, AtATime).Select(async _ =>
        {
            while (Interlocked.Increment(ref next) is var number && number <= Crashes)
            {
                found.Add(await CrashAsync(here, number));
            }
        }));
        var indexed = await here.CountAsync("telemetry.lane : bulk");
        var (behind, rate) = (lines - indexed, Math.Max(1, indexed / clock.Elapsed.TotalSeconds));
        Console.WriteLine($"  {found.Count} crashes in {clock.Elapsed.TotalSeconds:0} s; {behind:#,0} bulk lines not indexed at the end");
        if (behind < Backlog)
        {
            throw new InvalidOperationException($"The backlog shrank to {behind:#,0} lines before the last crash; use --full.");
        }

        return
        [
            new("crash_found_p99", Samples.Percentile(found, 0.99), "s", 1, false, found.Count,
                "one queue for both: backlog ÷ indexing rate", Backlog / rate),
        ];
    }

    /// <summary>Gateway and shipper without an indexer, until everything is durable in the bus.</summary>
    private static async Task FillBusAsync(Installation here, string log, int lines)
    {
        await using var gateway = here.Start("fill", Installation.Telemetry, "gateway", "--data", here.Data, "--grpc-port", $"{here.GrpcPort}");
        await using var shipper = here.Start("flood", Installation.Shipper, "run", "--gateway", here.Gateway,
            "--data", Path.Combine(here.Folder, "flood"), "--instance-id", "flood", "--watch", log);
        // Preallocated segments do not grow, but the kernel counts what the gateway writes.
        long before = -1;
        for (var quiet = 0; quiet < 15; await Task.Delay(200))
        {
            var size = gateway.WrittenBytes();
            quiet = size - before < 256 << 10 && size > lines ? quiet + 1 : 0;
            before = size;
        }

        await shipper.StopAsync();
        await gateway.StopAsync();
    }

    internal static async Task<double> CrashAsync(Installation here, int number)
    {
        var name = $"victim{number}";
        var stamp = Path.Combine(here.Folder, name);
        var shipper = here.Start("exec", Installation.Shipper, "exec", "--gateway", here.Gateway, "--data", Path.Combine(here.Folder, "exec"),
            "--instance-id", "victims", "--name", name, "--", "/bin/sh", "-c", $"date +%s.%N > {stamp}; kill -SEGV $$");
        await using (shipper)
        {
            var deadline = Stopwatch.StartNew();
            while (await here.CountAsync($"service.name : {name} and crash.kind : *") == 0)
            {
                if (deadline.Elapsed > TimeSpan.FromSeconds(60))
                {
                    throw new TimeoutException($"The crash of {name} was not found within 60 s.");
                }

                await Task.Delay(20);
            }

            var died = double.Parse(await File.ReadAllTextAsync(stamp), CultureInfo.InvariantCulture);
            return (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).TotalSeconds - died;
        }
    }
}
