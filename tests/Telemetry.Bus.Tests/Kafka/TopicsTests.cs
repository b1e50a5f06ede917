using System.Collections.Concurrent;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Telemetry.Bus.Kafka;
using Telemetry.Wire;

namespace Telemetry.Bus.Tests.Kafka;

[Trait("Category", "heavy")]
public sealed class TopicsTests(SharedKafka kafka)
{
    [Fact]
    public async Task OneMachineHasToBeAskedForByNameAndIsWarnedOf()
    {
        var broker = (await kafka.ServerAsync()).Broker;
        Assert.True(KafkaOptions.TryParse($"kafka://{broker}?prefix={SomeKafka.NewPrefix()}", out var options, out _));
        var e = await Assert.ThrowsAsync<KafkaTopicsException>(() => SomeKafka.ConnectAsync(options));
        Assert.Contains("replication=1&min_isr=1&flush=true", Assert.Single(e.Problems), StringComparison.Ordinal);

        await using var weak = await SomeKafka.ConnectAsync(SomeKafka.Options(broker, SomeKafka.NewPrefix()));
        Assert.Contains("not its machine", weak.Warnings[0], StringComparison.Ordinal);
        await using var flushed = await SomeKafka.ConnectAsync(SomeKafka.Options(broker, SomeKafka.NewPrefix(), "&flush=true"));
        Assert.Empty(flushed.Warnings);
    }

    [Fact]
    public async Task ProcessesThatStartTogetherCreateTheTopicsOnce()
    {
        var options = SomeKafka.Options((await kafka.ServerAsync()).Broker, SomeKafka.NewPrefix());
        var all = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => SomeKafka.ConnectAsync(options)));
        foreach (var bus in all)
        {
            await bus.DisposeAsync();
        }
    }

    [Fact]
    public async Task TopicsThatDoNotFitAreToldAllAtOnce()
    {
        var prefix = SomeKafka.NewPrefix();
        var options = SomeKafka.Options((await kafka.ServerAsync()).Broker, prefix);
        await (await SomeKafka.ConnectAsync(options)).DisposeAsync();
        using var admin = new KafkaClients(options).Admin();
        await admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = $"{prefix}-bulk-g1", IncreaseTo = 6 }]);
        await admin.IncrementalAlterConfigsAsync(new Dictionary<ConfigResource, List<ConfigEntry>>
        {
            [new ConfigResource { Name = $"{prefix}-routes", Type = ResourceType.Topic }] =
                [new ConfigEntry { Name = "retention.ms", Value = "1000", IncrementalOperation = AlterConfigOpType.Set }],
        });
        var e = await Assert.ThrowsAsync<KafkaTopicsException>(() => SomeKafka.ConnectAsync(options));
        Assert.Equal(2, e.Problems.Count);
        Assert.Contains(e.Problems, p => p.Contains("6 partitions, not 4", StringComparison.Ordinal));
        Assert.Contains(e.Problems, p => p.Contains("kept for ever", StringComparison.Ordinal));
    }

    [Fact]
    public async Task NewGenerationTakesNewLifetimesAndThoseThereAreStay()
    {
        var options = SomeKafka.Options((await kafka.ServerAsync()).Broker, SomeKafka.NewPrefix());
        await using var bus = await SomeKafka.ConnectAsync(options);
        await using var owner = new Owner();
        await using var member = bus.Join(Lane.Bulk, owner);
        await using var early = bus.OpenWriter();
        await AppendAsync(early, 0, 10, round: 0);
        using var topics = new KafkaTopics(options, TimeProvider.System);
        Assert.Equal(2, await topics.GrowAsync(8, SomeKafka.Deadline(60)));

        // One gateway knows the new generation from its start, the other does not yet: both write lifetimes new to both.
        await using var lateBus = await SomeKafka.ConnectAsync(options);
        await using var late = lateBus.OpenWriter();
        await Task.WhenAll(AppendAsync(early, 0, 60, round: 1), AppendAsync(late, 0, 60, round: 2));
        await Eventually.Holds(() => owner.Committed.Values.Sum(q => q.Count) == 130, "all is read", TimeSpan.FromSeconds(60));
        var generations = owner.Committed
            .SelectMany(p => p.Value.Select(text => (Lifetime: int.Parse(text.Split(' ')[0]), p.Key)))
            .GroupBy(p => p.Lifetime).ToDictionary(g => g.Key, g => g.Select(p => p.Key).Distinct().ToList());
        Assert.Equal(60, generations.Count);
        Assert.All(generations.Values, g => Assert.Single(g));
        Assert.All(Enumerable.Range(0, 10), l => Assert.Equal(new BusPartition(Lane.Bulk, 1, l % 4), generations[l][0]));

        await AppendAsync(late, 100, 8, round: 3);
        await Eventually.Holds(() => owner.Committed.Values.Sum(q => q.Count) == 138, "the new ones are read", TimeSpan.FromSeconds(30));
        Assert.All(Enumerable.Range(100, 8), l =>
            Assert.Contains($"{l} 3", owner.Committed[new BusPartition(Lane.Bulk, 2, l % 8)]));
    }

    private static Task AppendAsync(IBusWriter writer, int first, int lifetimes, int round) =>
        Task.WhenAll(Enumerable.Range(first, lifetimes).Select(l => SomeKafka.Append(writer, Lane.Bulk, l, round).AsTask()));
}
