namespace Telemetry.EndToEnd.Tests.Chaos.Engines;

/// <summary>Data streams roll over, and lose an index, at the moments that are worst for storing each document once. TELEMETRY_CHAOS_ROLLOVERS says how often (1).</summary>
[Trait("Category", "chaos")]
public sealed class RolloverFaults(ITestOutputHelper output)
{
    private const int LinesPerSecond = 2000;

    private readonly int _rounds = EngineRig.Setting("TELEMETRY_CHAOS_ROLLOVERS", 1);

    [Fact]
    public async Task NothingIsStoredTwiceAcrossBackingIndices()
    {
        await using var rig = await EngineRig.CreateAsync(output, shippers: 2, indexers: 2);
        var random = new Random(rig.Seed);
        rig.StartPrograms();
        rig.Load.Start(LinesPerSecond);
        await rig.FlowAsync(100);
        for (var round = 1; round <= _rounds; round++)
        {
            rig.Timeline.Add($"rollover {round}");
            await BetweenApplyAndReplayAsync(rig, random);
            await rig.FlowAsync(LinesPerSecond / 4);
            await DuringRetryAsync(rig, random);
            await rig.FlowAsync(LinesPerSecond / 4);
            await WhileFrozenAsync(rig, random);
            await rig.FlowAsync(LinesPerSecond / 4);
        }

        var verdict = await rig.FinishAsync();
        Assert.True(verdict.IsClean, rig.Report(verdict.ToString()));
    }

    [Fact]
    public async Task AnIndexThatIsDeletedTakesOnlyWhatIsInIt()
    {
        await using var rig = await EngineRig.CreateAsync(output, shippers: 2, indexers: 1);
        rig.StartPrograms();
        rig.Load.Start(LinesPerSecond);
        await rig.FlowAsync(LinesPerSecond);

        // A request that is on its way when the stream rolls over may be applied to the old index long afterwards.
        await rig.Load.StopAsync();
        await rig.DrainAsync();
        var old = await rig.Store.RolloverAsync();
        rig.Load.Start(LinesPerSecond);
        await rig.FlowAsync(LinesPerSecond);
        var gone = new HashSet<(string, int)>();
        await foreach (var line in rig.Store.ReadAsync(old))
        {
            Assert.True(SourceFile.TryParse(line.Text, out var name, out var number), line.Text);
            gone.Add((name, number));
        }

        await rig.Store.SendAsync(HttpMethod.Delete, "/" + old);
        rig.Timeline.Add($"deleted {old} with {gone.Count} lines");
        await rig.FlowAsync(LinesPerSecond);
        await rig.Indexers[0].KillAsync();
        rig.Indexers[0].Restart();
        await rig.FlowAsync(LinesPerSecond);

        await rig.Load.StopAsync();
        await Eventually.Holds(
            async () => gone.IsSupersetOf((await StoreChecker.CompareAsync(rig.Store, rig.Load.Files)).Lost),
            "all else is stored", TimeSpan.FromMinutes(3));
        var verdict = await rig.FinishAsync(missing: gone.Count);

        // What was not committed when it was deleted is written again when the indexer has been killed.
        Assert.NotEmpty(verdict.Lost);
        Assert.True(gone.IsSupersetOf(verdict.Lost), rig.Report($"{gone.Count} lines were deleted. {verdict}"));
        Assert.True(verdict.Duplicated + verdict.Altered + verdict.Disordered == 0, rig.Report(verdict.ToString()));
    }

    /// <summary>Requests are with the server when the indexers die; what they asked for is applied, and then the stream rolls over.</summary>
    private static async Task BetweenApplyAndReplayAsync(EngineRig rig, Random random)
    {
        await Task.Delay(random.Next(500));
        await Task.WhenAll(rig.Indexers.Select(i => i.KillAsync()));
        await rig.Store.RolloverAsync();
        rig.Indexers.ForEach(i => i.Restart());
    }

    /// <summary>The stream rolls over while senders repeat what the server may have applied before it died.</summary>
    private static async Task DuringRetryAsync(EngineRig rig, Random random)
    {
        await rig.Elastic.KillAsync();
        await Task.Delay(random.Next(500));
        rig.Elastic.Restart();
        await rig.Elastic.ReadyAsync();
        await rig.Store.RolloverAsync();
    }

    /// <summary>As the first, and the server stands still while the indexers die, so that it applies their requests after their death.</summary>
    private static async Task WhileFrozenAsync(EngineRig rig, Random random)
    {
        rig.ElasticServer.Pause();
        await Task.Delay(random.Next(200, 1000));
        await Task.WhenAll(rig.Indexers.Select(i => i.KillAsync()));
        rig.ElasticServer.Continue();
        await rig.Store.RolloverAsync();
        rig.Indexers.ForEach(i => i.Restart());
    }
}
