namespace Telemetry.EndToEnd.Tests.Chaos.Engines;

/// <summary>
/// Lines flow while indexers join, leave, are killed, and are stopped for longer than their session, so that others take what is theirs
/// before they come back. TELEMETRY_CHAOS_REBALANCES says how often (5), TELEMETRY_SEED which way.
/// </summary>
[Trait("Category", "chaos")]
public sealed class RebalanceCampaign(ITestOutputHelper output)
{
    private const int LinesPerSecond = 2000;
    private const int MostIndexers = 4;
    private const int CheckEvery = 25;

    /// <summary>The least that brokers allow as they are.</summary>
    private const string ShortSession = "&session.timeout.ms=6000&heartbeat.interval.ms=1000";

    private static readonly TimeSpan PastTheSession = TimeSpan.FromSeconds(7.5);

    private readonly int _rounds = EngineRig.Setting("TELEMETRY_CHAOS_REBALANCES", 5);

    private enum Move
    {
        Freeze,
        Join,
        Leave,
        Kill,
        FreezeTwo,
    }

    [Fact]
    public async Task NothingIsLostDuplicatedOrOutOfOrder()
    {
        await using var rig = await EngineRig.CreateAsync(output, shippers: 4, indexers: 2, ShortSession);
        var random = new Random(rig.Seed);
        rig.StartPrograms();
        rig.Load.Start(LinesPerSecond);
        await rig.FlowAsync(100);
        for (var round = 1; round <= _rounds; round++)
        {
            // Each kind once, then any.
            var move = round <= 5 ? (Move)(round - 1) : (Move)random.Next(5);
            await RoundAsync(rig, round, move, random);
            await rig.FlowAsync(LinesPerSecond / 4);
            if (round % CheckEvery == 0 && round < _rounds)
            {
                await rig.CheckAsync($"rebalance {round}", LinesPerSecond);
            }
        }

        var verdict = await rig.FinishAsync();
        rig.Say($"{_rounds} rebalances in {rig.Timeline.Elapsed}");
        Assert.True(verdict.IsClean, rig.Report($"After {_rounds} rebalances: {verdict}"));
    }

    private static async Task RoundAsync(EngineRig rig, int round, Move move, Random random)
    {
        var running = rig.Indexers.Where(i => i.IsStarted).ToArray();
        random.Shuffle(running);
        if (running.Length == 1 && move is Move.Leave or Move.Kill)
        {
            move = Move.Join;
        }

        rig.Timeline.Add($"rebalance {round}: {move} {running[0].Name}");
        switch (move)
        {
            case Move.Join:
                Joiner(rig, random)?.Restart();
                break;
            case Move.Leave:
                await running[0].StopAsync();
                break;
            case Move.Kill:
                await running[0].KillAsync();
                await Task.Delay(random.Next(300));
                running[0].Restart();
                break;
            default:
                await FreezeAsync(running[..Math.Min(running.Length, move == Move.FreezeTwo ? 2 : 1)]);
                break;
        }
    }

    private static ProgramVictim? Joiner(EngineRig rig, Random random)
    {
        var away = rig.Indexers.Where(i => !i.IsStarted).ToArray();
        return away.Length > 0 ? away[random.Next(away.Length)] : rig.Indexers.Count < MostIndexers ? rig.AddIndexer() : null;
    }

    private static async Task FreezeAsync(ProgramVictim[] indexers)
    {
        Array.ForEach(indexers, i => i.Pause());
        await Task.Delay(PastTheSession);
        Array.ForEach(indexers, i => i.Continue());
    }
}
