using System.Globalization;

namespace Telemetry.Spool.Tests.Model;

/// <summary>
/// The walk of <see cref="LogModel"/>: nothing acknowledged is lost, nothing that was never written appears, order is kept, a
/// cursor is never ahead of what was saved, and the log always opens. SPOOL_MODEL_STEPS (or TELEMETRY_MODEL_STEPS, which
/// <c>./build chaos</c> sets) says how far, TELEMETRY_SEED which way.
/// </summary>
public class LogModelTests(ITestOutputHelper output)
{
    private const int StepsPerDisk = 10_000;

    [Fact]
    public void ShortWalkHoldsItsPromises() => Walk(Setting(20_000, "SPOOL_MODEL_STEPS"));

    [Fact]
    [Trait("Category", "chaos")]
    public void LongWalkHoldsItsPromises() => Walk(Setting(100_000, "SPOOL_MODEL_STEPS", "TELEMETRY_MODEL_STEPS"));

    [Fact]
    public void WalkOverRottingFilesAlwaysOpensAndNeverGivesAlteredBytes() =>
        Walk(Setting(10_000, "SPOOL_MODEL_STEPS"), rots: true);

    private static long Setting(long otherwise, params string[] names)
    {
        foreach (var name in names)
        {
            if (long.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value))
            {
                return value;
            }
        }

        return otherwise;
    }

    private void Walk(long steps, bool rots = false)
    {
        var seed = (int)Setting(1, "TELEMETRY_SEED");
        output.WriteLine($"{steps} steps, TELEMETRY_SEED={seed}");
        Dictionary<string, long> counts = [];
        for (var done = 0L; done < steps; done += StepsPerDisk, seed++)
        {
            var model = new LogModel(seed, rots);
            model.Run(Math.Min(StepsPerDisk, steps - done));
            foreach (var (what, count) in model.Counts)
            {
                counts[what] = counts.GetValueOrDefault(what) + count;
            }
        }

        output.WriteLine(string.Join(", ", counts.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => $"{c.Key} {c.Value}")));
        Assert.True(counts.GetValueOrDefault("acks") > steps / 200, "The walk acknowledges next to nothing.");
    }
}
