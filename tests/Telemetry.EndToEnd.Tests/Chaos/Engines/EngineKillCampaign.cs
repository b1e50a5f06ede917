namespace Telemetry.EndToEnd.Tests.Chaos.Engines;

/// <summary>
/// Lines flow while Kafka, Elasticsearch, the gateway, indexers and shippers are killed with SIGKILL, alone, together and twice, and
/// started again. TELEMETRY_CHAOS_ROUNDS says how often (12), TELEMETRY_SEED which way.
/// </summary>
[Trait("Category", "chaos")]
public sealed class EngineKillCampaign(ITestOutputHelper output)
{
    private const int LinesPerSecond = 2000;
    private const int CheckEvery = 25;

    private readonly int _rounds = EngineRig.Setting("TELEMETRY_CHAOS_ROUNDS", 12);

    [Fact]
    public async Task NothingIsLostDuplicatedOrOutOfOrder()
    {
        await using var rig = await EngineRig.CreateAsync(output, shippers: 3, indexers: 2);
        var random = new Random(rig.Seed);
        IVictim[] victims = [rig.Kafka, rig.Elastic, .. rig.Programs];
        rig.StartPrograms();
        rig.Load.Start(LinesPerSecond);
        await rig.FlowAsync(100);
        for (var round = 1; round <= _rounds; round++)
        {
            await RoundAsync(rig, round, victims, random);
            if (round % CheckEvery == 0 && round < _rounds)
            {
                await rig.CheckAsync($"round {round}", LinesPerSecond);
            }
        }

        var verdict = await rig.FinishAsync();
        rig.Say($"{_rounds} rounds in {rig.Timeline.Elapsed}");
        Assert.True(verdict.IsClean, rig.Report($"After {_rounds} rounds: {verdict}"));
    }

    private static async Task RoundAsync(EngineRig rig, int round, IVictim[] victims, Random random)
    {
        random.Shuffle(victims);
        var count = random.Next(10) switch { < 6 => 1, < 9 => 2, _ => random.Next(3, victims.Length + 1) };
        var chosen = victims[..count];
        rig.Timeline.Add($"round {round}: {string.Join(", ", chosen.Select(v => v.Name))}");
        await Task.WhenAll(chosen.Select(v => v.KillAsync()));
        await Task.Delay(random.Next(300));
        Array.ForEach(chosen, v => v.Restart());
        if (random.Next(4) == 0)
        {
            await Task.Delay(random.Next(1500));
            rig.Timeline.Add($"round {round}: {chosen[0].Name} again");
            await chosen[0].KillAsync();
            chosen[0].Restart();
        }

        // Half of the time the next one strikes while something starts.
        if (random.Next(2) == 0)
        {
            await Task.WhenAll(chosen.Select(v => v.ReadyAsync()));
        }

        await Task.Delay(random.Next(200, 1500));
    }
}
