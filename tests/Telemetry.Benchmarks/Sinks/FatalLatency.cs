using System.Diagnostics;

namespace Telemetry.Benchmarks.Sinks;

/// <summary>How long <c>Fatal</c> holds the thread until it is durable: in the buffer's directory, or at a gateway that syncs it.</summary>
internal static class FatalLatency
{
    private const int Warm = 50;
    private const int SyncedBytes = 4096;

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(bool full)
    {
        await using var here = new Installation();
        await using var gateway = await GatewayAlone.StartAsync(here);
        var count = full ? 3000 : 500;
        var (local, remote, disk) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < 3; round++)
        {
            disk.AddRange(Sync(Path.Combine(here.Folder, "synced"), count / 3));
            using (var sink = new MeasuredSink(here.Gateway, o => o.BufferPath = Path.Combine(here.Folder, "buffer")))
            {
                local.AddRange(Fatal(sink, count / 3));
            }

            using (var sink = new MeasuredSink(here.Gateway))
            {
                remote.AddRange(Fatal(sink, count / 3));
            }

            Console.WriteLine($"  so far, p50 and p99: fdatasync {P50(disk)}, {P99(disk):0.00} ms; local {P50(local)}, {P99(local):0.00} ms; gateway {P50(remote)}, {P99(remote):0.00} ms");
        }

        return
        [
            new("fatal_local_p99", P99(local), "ms", 2, false, local.Count, "fdatasync of 4 KB in a written file", P99(disk)),
            new("fatal_gateway_p99", P99(remote), "ms", 15, false, remote.Count, "fdatasync of 4 KB in a written file", P99(disk)),
        ];
    }

    private static string P50(List<double> samples) => $"{Samples.Median(samples):0.00}";

    private static double P99(List<double> samples) => Samples.Percentile(samples, 0.99);

    private static IEnumerable<double> Fatal(MeasuredSink sink, int count)
    {
        for (var i = -Warm; i < count; i++)
        {
            // What was logged before goes along, as it does in an application that ends.
            sink.Logger.Information(SampleEvent.Template, i, SampleEvent.User, SampleEvent.Elapsed);
            var begun = Stopwatch.GetTimestamp();
            sink.Logger.Fatal(SampleEvent.Template, i, SampleEvent.User, SampleEvent.Elapsed);
            if (i >= 0)
            {
                yield return Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
            }

            Thread.Sleep(2);
        }
    }

    private static IEnumerable<double> Sync(string path, int count)
    {
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        RandomAccess.Write(file, new byte[SyncedBytes * 256], 0);
        RandomAccess.FlushToDisk(file);
        var bytes = new byte[SyncedBytes];
        for (var i = 0; i < count; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            RandomAccess.Write(file, bytes, i % 256 * SyncedBytes);
            RandomAccess.FlushToDisk(file);
            yield return Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        }
    }
}
