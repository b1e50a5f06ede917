using System.Globalization;

namespace Telemetry.Benchmarks.Engines;

/// <summary>What it costs the good documents that the store refuses one of a thousand: the same lines with and without, in turn.</summary>
internal static class RefusalRates
{
    private const int BadEvery = 1000;
    private const int Rounds = 3;

    // A number where the bad lines have a word; logsdb would take it, and index nothing.
    private const string Template = """
        {"template":{
          "settings":{"index.mapping.ignore_malformed":false},
          "mappings":{"properties":{"error":{"properties":{"code":{"type":"long"}}}}}}}
        """;

    public static async Task<Figure> MeasureAsync(int lines)
    {
        await using var bench = await EngineBench.StartAsync(lines);
        await using var refused = await FilledBus.CreateAsync(
            lines, (n, line) => n % BadEvery == 7 ? line.Replace("\"n\":", "\"error.code\":\"none\",\"n\":", StringComparison.Ordinal) : line);
        var bad = Enumerable.Range(0, lines).Count(n => n % BadEvery == 7);
        await bench.Store.PutAsync("/_component_template/telemetry@custom", Template);

        // A server that has just been started is slow for longer than one load takes.
        await bench.IndexAsync("warm0");
        await bench.IndexAsync("warm1");
        var (without, with) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            await bench.Store.SettleAsync();
            without.Add((await bench.IndexAsync($"good{round}")).PerSecond);
            await bench.Store.SettleAsync();
            with.Add((await refused.IndexAsync(bench.Store, $"bad{round}", bad)).PerSecond);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  round {round + 1}: {without[^1]:#,0}/s, with {bad:#,0} refused {with[^1]:#,0}/s"));
        }

        return new("rate_with_refusals", Samples.Median(with.Zip(without, (w, o) => w / o)), Figure.RatioUnit, 0.95, true, Rounds,
            "the same lines, none refused, documents/s", Samples.Median(without));
    }
}
