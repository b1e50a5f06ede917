using System.Collections.Concurrent;
using System.Diagnostics;

namespace Telemetry.Benchmarks;

/// <summary>At 5,000 lines/s, ten lines a second carry a word of their own; how long until a search finds it?</summary>
internal static class LineLatency
{
    private const int LinesPerSecond = 5000;

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(bool full)
    {
        await using var here = new Installation();
        var path = Path.Combine(here.Folder, "app.log");
        await File.WriteAllTextAsync(path, "");
        await using var up = await here.UpAsync("--watch", path);
        var found = new ConcurrentBag<double>();
        var searches = new List<Task>();
        var source = new LogLines(7);
        var marked = Stopwatch.StartNew();
        await using (var file = new FileStream(path, FileMode.Append))
        {
            await Pace.KeepAsync(LinesPerSecond, TimeSpan.FromSeconds(full ? 120 : 40), due =>
            {
                var mark = marked.ElapsedMilliseconds >= 100 ? $" mark{searches.Count:x6}q" : "";
                var text = string.Concat(Enumerable.Range(0, due).Select(i => source.Next(DateTimeOffset.UtcNow, i == due - 1 ? mark : "")));
                file.Write(System.Text.Encoding.ASCII.GetBytes(text));
                file.Flush();
                if (mark.Length > 0)
                {
                    marked.Restart();
                    searches.Add(FindAsync(here, mark.Trim(), Stopwatch.StartNew(), found));
                }
            });
        }

        await Task.WhenAll(searches);
        var (peer, value) = OtelCollector.IsPresent
            ? ("OpenTelemetry Collector, file to file (nothing searchable)", (double?)await OtelCollector.LatencyP99MsAsync(here.Folder))
            : ("none: the collector is absent", null);
        if (value >= OtelCollector.Patience.TotalMilliseconds)
        {
            (peer, value) = ("none: the collector's lines were not seen in time", null);
        }

        return [new("line_found_p99", Samples.Percentile(found, 0.99) / 1000, "s", 1, false, found.Count, peer, value / 1000)];
    }

    private static async Task FindAsync(Installation here, string mark, Stopwatch clock, ConcurrentBag<double> found)
    {
        while (await here.CountAsync($"\"{mark}\"") == 0)
        {
            if (clock.Elapsed > TimeSpan.FromSeconds(60))
            {
                throw new TimeoutException($"'{mark}' was not found within 60 s.");
            }

            await Task.Delay(30);
        }

        found.Add(clock.Elapsed.TotalMilliseconds);
    }
}
