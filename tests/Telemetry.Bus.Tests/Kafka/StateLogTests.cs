using System.Text;
using Confluent.Kafka;
using Telemetry.Bus.Kafka;
using Telemetry.Wire;

namespace Telemetry.Bus.Tests.Kafka;

[Trait("Category", "heavy")]
public sealed class StateLogTests(SharedKafka kafka)
{
    private static readonly CancellationToken Never = CancellationToken.None;

    [Fact]
    public async Task RowsOffsetAndDeadLettersAreCommittedTogetherAndRestoredWithoutTheDeleted()
    {
        var options = SomeKafka.Options((await kafka.ServerAsync()).Broker, SomeKafka.NewPrefix());
        await using var bus = await SomeKafka.ConnectAsync(options);
        var owner = new LeaseHolder();
        await using var member = bus.Join(Lane.Bulk, owner);
        var lease = await owner.LeaseAsync(2);
        var log = lease.StateLog!;
        Assert.Null(await log.CommittedAsync(Never));
        var letter = new DeadLetter(lease.Partition, new BusPosition(3), 1, SomeKafka.Stamp(2), "doc", "It was refused.", new byte[] { 9 });
        await log.CommitAsync(new StateCommit([Row("a", "1"), Row("b", "2")], [letter], new BusPosition(5)), Never);
        Assert.Equal(new BusPosition(5), await log.CommittedAsync(Never));
        var rows = new Dictionary<string, string>();
        await using var reader = bus.OpenState(lease.Partition)!;
        var reached = await reader.ReadAsync(0, r => Apply(rows, r), Never);
        Assert.Equal(new() { ["a"] = "1", ["b"] = "2" }, rows);

        await log.CommitAsync(new StateCommit([Row("a", null), Row("c", "3")], [], new BusPosition(8)), Never);
        reached = await reader.ReadAsync(reached, r => Apply(rows, r), Never);
        Assert.Equal(new() { ["b"] = "2", ["c"] = "3" }, rows);
        Assert.True(await reader.ReadAsync(reached, _ => Assert.Fail("nothing is new"), Never) >= reached);
        await using var mine = log.OpenReader();
        rows.Clear();
        await mine.ReadAsync(0, r => Apply(rows, r), Never);
        Assert.Equal(new() { ["b"] = "2", ["c"] = "3" }, rows);
        await Assert.ThrowsAsync<StateLogGapException>(async () => await mine.ReadAsync(1_000_000, _ => { }, Never));
    }

    [Fact]
    public async Task CommitsOfSeveralPartitionsAtOnceAllSucceed()
    {
        var options = SomeKafka.Options((await kafka.ServerAsync()).Broker, SomeKafka.NewPrefix());
        await using var bus = await SomeKafka.ConnectAsync(options);
        var owner = new LeaseHolder();
        await using var member = bus.Join(Lane.Bulk, owner);
        var leases = await Task.WhenAll(Enumerable.Range(0, 4).Select(owner.LeaseAsync));
        for (var i = 1; i <= 20; i++)
        {
            await Task.WhenAll(leases.Select(l => l.StateLog!.CommitAsync(new StateCommit([Row("k", $"{i}")], [], new BusPosition(i)), Never).AsTask()));
        }

        foreach (var lease in leases)
        {
            Assert.Equal(new BusPosition(20), await lease.StateLog!.CommittedAsync(Never));
        }
    }

    [Fact]
    public async Task WhatAnOwnerLeftOpenWhenItDiedIsNeverSeen()
    {
        var prefix = SomeKafka.NewPrefix();
        var options = SomeKafka.Options((await kafka.ServerAsync()).Broker, prefix, "&transaction.timeout.ms=3000");
        await using var bus = await SomeKafka.ConnectAsync(options);
        using (var dead = Transactional(options))
        {
            LeaveOpen(dead, options, prefix);
        }

        var owner = new LeaseHolder();
        await using var member = bus.Join(Lane.Bulk, owner);
        var log = (await owner.LeaseAsync(0)).StateLog!;
        Assert.Null(await log.CommittedAsync(Never));
        await using var reader = log.OpenReader();
        await reader.ReadAsync(0, _ => Assert.Fail("it was not committed"), Never);
    }

    [Fact]
    public async Task OwnerWaitsForWhatTheFormerOneIsStillCommitting()
    {
        var prefix = SomeKafka.NewPrefix();
        var options = SomeKafka.Options((await kafka.ServerAsync()).Broker, prefix);
        await using var bus = await SomeKafka.ConnectAsync(options);
        using var former = Transactional(options);
        LeaveOpen(former, options, prefix);
        var owner = new LeaseHolder();
        await using var member = bus.Join(Lane.Bulk, owner);
        await using var reader = (await owner.LeaseAsync(0)).StateLog!.OpenReader();
        var rows = new Dictionary<string, string>();
        var reading = reader.ReadAsync(0, r => Apply(rows, r), Never).AsTask();
        await Task.Delay(500);
        Assert.False(reading.IsCompleted);
        former.CommitTransaction();
        await reading;
        Assert.Equal(new() { ["open"] = "1" }, rows);
        Assert.Equal(new BusPosition(7), await owner.Leases.Values.First(l => l.Partition.Number == 0).StateLog!.CommittedAsync(Never));
    }

    internal static StateRow Row(string key, string? value) =>
        new(Encoding.ASCII.GetBytes(key), value is null ? null : Encoding.ASCII.GetBytes(value));

    internal static void Apply(Dictionary<string, string> rows, StateRow row)
    {
        var key = Encoding.ASCII.GetString(row.Key);
        if (row.Value is null)
        {
            rows.Remove(key);
        }
        else
        {
            rows[key] = Encoding.ASCII.GetString(row.Value);
        }
    }

    private static IProducer<byte[], byte[]> Transactional(KafkaOptions options)
    {
        var producer = new ProducerBuilder<byte[], byte[]>(new KafkaClients(options).Transactional(options.Prefix + "-former")).SetLogHandler((_, _) => { }).Build();
        producer.InitTransactions(TimeSpan.FromSeconds(20));
        return producer;
    }

    private static void LeaveOpen(IProducer<byte[], byte[]> producer, KafkaOptions options, string prefix)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new KafkaClients(options).Member(Lane.Bulk)).SetLogHandler((_, _) => { }).Build();
        producer.BeginTransaction();
        var row = Row("open", "1");
        producer.Produce(new TopicPartition($"{prefix}-bulk-state-g1", 0), new() { Key = row.Key, Value = row.Value! });
        producer.Flush(TimeSpan.FromSeconds(20));
        producer.SendOffsetsToTransaction(
            [new TopicPartitionOffset($"{prefix}-bulk-g1", 0, 7)], consumer.ConsumerGroupMetadata, TimeSpan.FromSeconds(20));
    }
}
