using Telemetry.Gateway.Levels;
using Telemetry.Protos.V1;
using Lane = Telemetry.Wire.Lane;

namespace Telemetry.Gateway.Tests;

/// <summary>From which level on services are to log: kept by <see cref="LevelStore"/>, told by the gateway.</summary>
public class LevelTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMinutes(10);

    [Fact]
    public void ARuleHoldsUntilItEndsIsReplacedOrCleared()
    {
        using var directory = new TemporaryDirectory();
        var time = new FakeTime();
        var store = new LevelStore(directory.Path, time);
        store.Set("shop", "Debug", Short, "ann");
        store.Set("till", "Error", Short, "ann");
        store.Set("shop", "Verbose", Short, "bob");

        Assert.Equal([("shop", "Verbose", "bob"), ("till", "Error", "ann")], store.List().Select(r => (r.Service, r.Level, r.By)));
        Assert.Equal((true, false), (store.Clear("till"), store.Clear("till")));
        time.Advance(Short);
        Assert.Empty(new LevelStore(directory.Path, time).List());
        Assert.False(store.Clear("shop"));
    }

    [Theory]
    [InlineData("debug", 1)]
    [InlineData("", 1)]
    [InlineData("Debug", 0)]
    [InlineData("Debug", 8 * 24 * 60)]
    public void WhatIsNoRuleIsRefused(string level, int minutes)
    {
        using var directory = new TemporaryDirectory();
        Assert.Throws<ArgumentException>(() => new LevelStore(directory.Path, new FakeTime()).Set("shop", level, TimeSpan.FromMinutes(minutes), "ann"));
    }

    [Fact]
    public void RulesAreBounded()
    {
        using var directory = new TemporaryDirectory();
        var store = new LevelStore(directory.Path, new FakeTime());
        for (var i = 0; i < LevelStore.MaxRules; i++)
        {
            store.Set($"service {i}", "Debug", Short, "ann");
        }

        store.Set("service 0", "Error", Short, "ann");
        Assert.Throws<GatewayException>(() => store.Set("one more", "Debug", Short, "ann"));
    }

    [Fact]
    public async Task OnlyTheCriticalLaneIsToldAtOnceAndOfEachChange()
    {
        var time = new FakeTime();
        await using var gateway = await TestGateway.StartAsync(time: time);
        var store = new LevelStore(gateway.Data, time);
        store.Set("shop", "Debug", Short, "ann");
        time.Advance(TimeSpan.FromSeconds(1));
        await using var critical = gateway.OpenShipper();
        await using var bulk = gateway.OpenShipper();
        await critical.SendAsync(Some.Message(Some.Hello(Lane.Critical)));
        await bulk.SendAsync(Some.Message(Some.Hello(Lane.Bulk)));

        var rule = Assert.Single((await critical.ReceiveAsync())!.Welcome.Levels.Rules);
        Assert.Equal(("shop", "Debug", (ulong)(Short - TimeSpan.FromSeconds(1)).TotalMilliseconds), (rule.Service, rule.Level, rule.ForMs));
        Assert.Null((await bulk.ReceiveAsync())!.Welcome.Levels);

        store.Clear("shop");
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty((await critical.ReceiveAsync())!.Levels.Rules);
    }

    [Fact]
    public async Task AFileThatCannotBeReadChangesNothing()
    {
        var time = new FakeTime();
        await using var gateway = await TestGateway.StartAsync(time: time);
        new LevelStore(gateway.Data, time).Set("shop", "Debug", Short, "ann");
        time.Advance(TimeSpan.FromSeconds(1));
        await File.WriteAllTextAsync(Path.Combine(gateway.Data, "levels.json"), "{");
        time.Advance(TimeSpan.FromSeconds(1));
        await using var critical = gateway.OpenShipper();
        await critical.SendAsync(Some.Message(Some.Hello(Lane.Critical)));

        Assert.Equal("shop", Assert.Single((await critical.ReceiveAsync())!.Welcome.Levels.Rules).Service);
        Assert.Throws<GatewayException>(() => new LevelStore(gateway.Data, time).List());
    }
}
