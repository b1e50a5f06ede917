using System.Diagnostics;

namespace Telemetry.Spool.Tests;

/// <summary>Prints what the disk under the temporary directory gives; run it by name with <c>-explicit only</c>.</summary>
public class ThroughputReport(ITestOutputHelper output)
{
    private const int Commits = 6000;

    [Fact(Explicit = true)]
    public async Task GroupCommits()
    {
        using var temporary = new TemporaryDirectory();
        var options = new SpoolOptions { SegmentBytes = 16 << 20, MaxBytes = 256 << 20, SpareSegments = 8 };
        using var log = SpoolLog.Open(new RealSpoolDirectory(temporary["spool"]), options, TimeProvider.System, out _);
        var payload = Some.Payload(1, 64 << 10);
        await Commit(log, payload, 2000);
        log.Trim(log.End);
        var clock = Stopwatch.StartNew();
        await Commit(log, payload, Commits);
        output.WriteLine($"64 KiB, one after the other: {Commits / clock.Elapsed.TotalSeconds:F0} commits/s");
        var small = Some.Payload(2, 300);
        clock.Restart();
        await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(() => Commit(log, small, 1000))));
        output.WriteLine($"300 B, 64 at a time: {64_000 / clock.Elapsed.TotalSeconds:F0} appends/s, all durable");
        clock.Restart();
        for (var i = 0; i < 200_000; i++)
        {
            log.TryAppend(small, out _);
        }

        output.WriteLine($"300 B, not flushed: {200_000 / clock.Elapsed.TotalSeconds:F0} appends/s");
    }

    private static async Task Commit(SpoolLog log, byte[] payload, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var position = Some.Append(log, payload);
            Assert.True(await log.FlushAsync(position));
            log.Trim(position);
        }
    }
}
