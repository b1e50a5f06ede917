using System.Globalization;
using Telemetry.Tests.Support;

namespace Telemetry.EndToEnd.Tests.Chaos.Engines;

/// <summary>One of the engines is away for long. TELEMETRY_CHAOS_AWAY says how many seconds (20).</summary>
[Trait("Category", "chaos")]
public sealed class OutageTests(ITestOutputHelper output)
{
    private const int LinesPerSecond = 5000;

    /// <summary>A machine with other work measures too roughly for the real bound, which a long outage is held to.</summary>
    private const double ShortOutageBound = 0.5, LongOutageBound = 0.9;

    private const long RoomForWhatWaits = 256L << 20;

    private readonly int _seconds = EngineRig.Setting("TELEMETRY_CHAOS_AWAY", 20);

    [Fact]
    public async Task ElasticsearchAwayCostsNoMemoryAndIsCaughtUpWith()
    {
        await using var rig = await EngineRig.CreateAsync(output, shippers: 2, indexers: 1);
        var indexer = rig.Indexers[0];
        rig.StartPrograms();
        rig.Load.Start(LinesPerSecond);
        await rig.FlowAsync(LinesPerSecond);

        // What it can do: the same indexer on a backlog.
        await indexer.StopAsync();
        await Task.Delay(TimeSpan.FromSeconds(Math.Min(_seconds / 2, 60)));
        await rig.Load.StopAsync();
        indexer.Restart();
        var ceiling = await RateAsync(rig);

        var before = indexer.RssBytes;
        await rig.Elastic.KillAsync();
        rig.Load.Start(LinesPerSecond);
        var sizes = await WatchAsync(rig, indexer);
        await rig.Load.StopAsync();
        rig.Elastic.Restart();
        await rig.Elastic.ReadyAsync();
        var rate = await RateAsync(rig);

        rig.Say(string.Create(CultureInfo.InvariantCulture,
            $"away for {_seconds} s: memory {before >> 20} MiB before, {sizes.Max() >> 20} MiB at most, {sizes[^1] >> 20} MiB at the end; ")
            + string.Create(CultureInfo.InvariantCulture, $"caught up at {rate:0} lines/s of {ceiling:0}, {rate / ceiling:0.00}"));
        var verdict = await rig.FinishAsync();
        Assert.True(verdict.IsClean, rig.Report(verdict.ToString()));
        AssertFlat(rig, before, sizes);
        Assert.True(rate / ceiling >= (_seconds >= 300 ? LongOutageBound : ShortOutageBound), rig.Report($"Caught up at {rate / ceiling:0.00} of the ceiling."));
    }

    [Fact]
    public async Task KafkaAwayAndTheGatewayToldToStopNeedNoRestartOfShippers()
    {
        await using var rig = await EngineRig.CreateAsync(output, shippers: 2, indexers: 1);
        rig.StartPrograms();
        rig.Load.Start(LinesPerSecond / 5);
        await rig.FlowAsync(LinesPerSecond / 5);
        await rig.Kafka.KillAsync();
        var held = rig.Load.Written;
        await Eventually.Holds(() => rig.Load.Written > held + LinesPerSecond, "lines are written meanwhile", TimeSpan.FromSeconds(60));
        var asked = rig.Timeline.Elapsed;
        await rig.Gateway.StopAsync();
        rig.Timeline.Add("the gateway has ended");
        Assert.True(rig.Timeline.Elapsed - asked < TimeSpan.FromSeconds(18), rig.Report("The gateway did not end when it was told to."));
        Assert.All(rig.Shippers, s => Assert.False(s.EndedByItself, s.Name));
        rig.Kafka.Restart();
        rig.Gateway.Restart();

        var ids = rig.Shippers.Select(s => s.ProcessId).ToList();
        await rig.FlowAsync(LinesPerSecond);
        Assert.Equal(ids, rig.Shippers.Select(s => s.ProcessId));
        var verdict = await rig.FinishAsync();
        Assert.True(verdict.IsClean, rig.Report(verdict.ToString()));
    }

    private async Task<List<long>> WatchAsync(EngineRig rig, ProgramVictim indexer)
    {
        List<long> sizes = [];
        var until = rig.Timeline.Elapsed + TimeSpan.FromSeconds(_seconds);
        while (rig.Timeline.Elapsed < until)
        {
            await Task.Delay(500);
            Assert.False(indexer.EndedByItself, rig.Report("The indexer ended."));
            sizes.Add(indexer.RssBytes);
        }

        return sizes;
    }

    /// <summary>What waits has a limit, and beyond that nothing grows: the last third of a long outage is no larger than the second.</summary>
    private void AssertFlat(EngineRig rig, long before, List<long> sizes)
    {
        Assert.True(sizes.Max() < before + RoomForWhatWaits, rig.Report($"{before} bytes before, {sizes.Max()} at most."));
        var third = sizes.Count / 3;
        if (_seconds >= 300)
        {
            var (second, last) = (sizes.Skip(third).Take(third).Max(), sizes.Skip(2 * third).Max());
            Assert.True(last < second * 1.1, rig.Report($"{second} bytes in the second third, {last} in the last."));
        }
    }

    /// <summary>Lines a second from the first that comes to the last.</summary>
    private static async Task<double> RateAsync(EngineRig rig)
    {
        var from = await rig.Store.CountAsync();
        await rig.FlowAsync(1);
        var (first, at) = (await rig.Store.CountAsync(), rig.Timeline.Elapsed);
        rig.Timeline.Add($"{first - from} lines of the backlog are stored");
        await rig.DrainAsync();
        return (rig.Load.Written - first) / (rig.Timeline.Elapsed - at).TotalSeconds;
    }
}
