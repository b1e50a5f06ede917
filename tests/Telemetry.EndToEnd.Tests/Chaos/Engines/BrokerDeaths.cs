using System.Text.Json;
using Telemetry.Tests.Support;

namespace Telemetry.EndToEnd.Tests.Chaos.Engines;

/// <summary>
/// The broker alone dies, again and again, and nobody restarts the others: both lanes go on by themselves. TELEMETRY_CHAOS_DEATHS says how
/// often (2).
/// </summary>
[Trait("Category", "chaos")]
public sealed class BrokerDeaths(ITestOutputHelper output)
{
    private const int LinesPerSecond = 1200;

    private readonly int _deaths = EngineRig.Setting("TELEMETRY_CHAOS_DEATHS", 2);

    [Fact]
    public async Task NoLaneStandsStillAfterwards()
    {
        await using var rig = await EngineRig.CreateAsync(output, shippers: 2, indexers: 2);
        var random = new Random(rig.Seed);
        rig.StartPrograms();
        rig.Load.Start(LinesPerSecond);
        await rig.FlowAsync(LinesPerSecond);
        for (var death = 1; death <= _deaths; death++)
        {
            rig.Timeline.Add($"death {death}");
            await rig.Kafka.KillAsync();
            await Task.Delay(random.Next(1000));
            rig.Kafka.Restart();
            await rig.Kafka.ReadyAsync();
            await Task.Delay(random.Next(4000));
        }

        await rig.Load.StopAsync();
        await rig.DrainAsync();
        var ends = await PartitionsAsync(rig, "end");
        await Eventually.Holds(
            async () => (await PartitionsAsync(rig, "committed")).Zip(ends).All(p => p.First >= p.Second),
            "both lanes are indexed to where their ends were", TimeSpan.FromMinutes(2));
        var verdict = await rig.FinishAsync();
        Assert.True(verdict.IsClean, rig.Report(verdict.ToString()));
    }

    /// <summary>A number of each partition of both lanes, in their order.</summary>
    private static async Task<List<long>> PartitionsAsync(EngineRig rig, string number)
    {
        var described = await rig.TelemetryAsync("bus", "describe", "--bus", rig.Bus, "--json");
        using var json = JsonDocument.Parse(described.Out);
        return [.. json.RootElement.GetProperty("partitions").EnumerateArray().Select(p => p.GetProperty(number).ValueKind == JsonValueKind.Number ? p.GetProperty(number).GetInt64() : 0)];
    }
}
