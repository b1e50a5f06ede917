using Telemetry.Bus.Kafka;

namespace Telemetry.EndToEnd.Tests.Chaos.Engines;

/// <summary>The topics grow from 4 to 16 partitions while lines flow; servers that come afterwards use the new ones.</summary>
[Trait("Category", "chaos")]
public sealed class GrowthFault(ITestOutputHelper output)
{
    private const int LinesPerSecond = 2000;
    private const int Partitions = 16;

    [Fact]
    public async Task EverythingIsStoredOnce()
    {
        await using var rig = await EngineRig.CreateAsync(output, shippers: 6, indexers: 2);
        foreach (var program in rig.Programs.Except(rig.Shippers.Skip(2)))
        {
            program.Restart();
        }

        rig.Load.Start(LinesPerSecond);
        await rig.FlowAsync(LinesPerSecond / 4);
        Assert.True(KafkaOptions.TryParse(rig.Bus, out var options, out _));
        using (var topics = new KafkaTopics(options, TimeProvider.System))
        {
            var generation = await topics.GrowAsync(Partitions, TestContext.Current.CancellationToken);
            rig.Timeline.Add($"generation {generation}");
        }

        rig.StartPrograms();
        await rig.FlowAsync(LinesPerSecond);
        await rig.Indexers[0].KillAsync();
        await rig.Gateway.KillAsync();
        rig.StartPrograms();
        await rig.FlowAsync(LinesPerSecond);

        var verdict = await rig.FinishAsync();
        Assert.True(verdict.IsClean, rig.Report(verdict.ToString()));
    }
}
