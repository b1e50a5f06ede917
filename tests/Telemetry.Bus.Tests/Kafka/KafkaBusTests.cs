using Telemetry.Bus.Kafka;
using Telemetry.Wire;

namespace Telemetry.Bus.Tests.Kafka;

[Trait("Category", "heavy")]
public sealed class KafkaBusTests(SharedKafka kafka)
{
    [Fact]
    public async Task EntriesOfALifetimeAreReadInTheirOrderWithTheirStamps()
    {
        var options = SomeKafka.Options((await kafka.ServerAsync()).Broker, SomeKafka.NewPrefix());
        await using var bus = await SomeKafka.ConnectAsync(options);
        await using var owner = new Owner();
        await using var writer = bus.OpenWriter();
        await Task.WhenAll(Enumerable.Range(0, 2000).Select(i => SomeKafka.Append(writer, Lane.Bulk, i % 8, i / 8).AsTask()));
        await using var member = bus.Join(Lane.Bulk, owner);
        await Eventually.Holds(() => owner.Committed.Values.Sum(q => q.Count) == 2000, "all is read", TimeSpan.FromSeconds(30));
        for (var lifetime = 0; lifetime < 8; lifetime++)
        {
            var partition = new BusPartition(Lane.Bulk, 1, lifetime % 4);
            Assert.Equal(
                Enumerable.Range(0, 250).Select(n => $"{lifetime} {n}"),
                owner.Committed[partition].Where(t => t.StartsWith($"{lifetime} ", StringComparison.Ordinal)));
        }

        Assert.Empty(owner.Faults);
        Assert.Equal("", member.Problem);
    }

    [Fact]
    public async Task StampsAndTicksCarryTheBrokersTimeAndThePositionGoesPastTicks()
    {
        var options = SomeKafka.Options((await kafka.ServerAsync()).Broker, SomeKafka.NewPrefix());
        await using var bus = await SomeKafka.ConnectAsync(options);
        var owner = new LeaseHolder();
        await using var writer = bus.OpenWriter();
        await using var member = bus.Join(Lane.Critical, owner);
        var lease = await owner.LeaseAsync(0);
        await using var reader = lease.OpenReader(default, out var skipped);
        Assert.Equal(0, skipped);
        var position = await SomeKafka.Append(writer, Lane.Critical, 0, 1);
        var entry = await LeaseHolder.NextAsync(reader);
        Assert.Equal(position, entry.Position);
        Assert.Equal((SomeKafka.Lifetime(0), "i-0", "tenant", "10.0.0.1:5000"),
            (entry.Stamp.Lifetime, entry.Stamp.InstanceId, entry.Stamp.Tenant, entry.Stamp.Source));
        Assert.Equal(SomeKafka.Body(0, 1), entry.Body.ToArray());
        var reached = entry.Stamp.BusUnixUs;
        var now = (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks / 10;
        Assert.InRange(reached, now - 10_000_000, now + 1_000_000);

        // Servers are silent and time passes.
        await Eventually.Holds(
            () => !reader.TryRead(out _) && reader.ReachedUnixUs > reached && reader.Position.Value > position.Value + 1,
            "a tick passes");
        Assert.Equal(0, reader.LagBytes);
        await reader.DisposeAsync();
        await using var again = lease.OpenReader(default, out _);
        Assert.Equal(entry.Stamp.BusUnixUs, (await LeaseHolder.NextAsync(again)).Stamp.BusUnixUs);
    }

    [Fact]
    public async Task SlowOwnerIsPausedAndLosesNothing()
    {
        var options = SomeKafka.Options((await kafka.ServerAsync()).Broker, SomeKafka.NewPrefix());
        await using var bus = await SomeKafka.ConnectAsync(options);
        var owner = new LeaseHolder();
        await using var writer = bus.OpenWriter();
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => SomeKafka.Append(writer, Lane.Bulk, 4, i, 400_000).AsTask()));
        await using var member = bus.Join(Lane.Bulk, owner);
        await using var reader = (await owner.LeaseAsync(0)).OpenReader(default, out _);
        Assert.True(reader.LagBytes > 0);
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(SomeKafka.Body(4, i, 400_000), (await LeaseHolder.NextAsync(reader)).Body.ToArray());
        }
    }

    [Fact]
    public async Task LargestBatchPassesAndALargerOneIsRefused()
    {
        var options = SomeKafka.Options((await kafka.ServerAsync()).Broker, SomeKafka.NewPrefix());
        await using var bus = await SomeKafka.ConnectAsync(options);
        await using var writer = bus.OpenWriter();
        await SomeKafka.Append(writer, Lane.Bulk, 0, 1, WireLimits.MaxBatchBytes + 32);
        await Assert.ThrowsAsync<IOException>(() => SomeKafka.Append(writer, Lane.Bulk, 0, 2, WireLimits.MaxBatchBytes + 100).AsTask());
    }

    [Fact]
    public async Task RetentionThatOvertakesAReaderIsCountedWhenItIsOpenedAgain()
    {
        var prefix = SomeKafka.NewPrefix();
        var options = SomeKafka.Options((await kafka.ServerAsync()).Broker, prefix);
        await using var bus = await SomeKafka.ConnectAsync(options);
        var owner = new LeaseHolder();
        await using var writer = bus.OpenWriter();
        var last = default(BusPosition);
        for (var i = 0; i < 10; i++)
        {
            last = await SomeKafka.Append(writer, Lane.Bulk, 0, i);
        }

        await using var member = bus.Join(Lane.Bulk, owner);
        var lease = await owner.LeaseAsync(0);
        using var admin = new KafkaClients(options).Admin();
        await admin.DeleteRecordsAsync([new(new($"{prefix}-bulk-g1", 0), new(last.Value))]);
        await using var reader = lease.OpenReader(new BusPosition(1), out var skipped);
        Assert.Equal(last.Value - 1, skipped);
        Assert.Equal(SomeKafka.Body(0, 9), (await LeaseHolder.NextAsync(reader)).Body.ToArray());
        await reader.DisposeAsync();

        // A position after the end is from another bus.
        await using var other = lease.OpenReader(new BusPosition(1_000_000), out skipped);
        Assert.True(skipped < 0);
        Assert.Equal(SomeKafka.Body(0, 9), (await LeaseHolder.NextAsync(other)).Body.ToArray());
    }

    [Fact]
    public async Task RetentionThatOvertakesAnOpenReaderStopsItAndTheNextOneGoesOn()
    {
        var prefix = SomeKafka.NewPrefix();
        var options = SomeKafka.Options((await kafka.ServerAsync()).Broker, prefix);
        await using var bus = await SomeKafka.ConnectAsync(options);
        var owner = new LeaseHolder();
        await using var writer = bus.OpenWriter();
        var last = default(BusPosition);
        for (var i = 0; i < 100; i++)
        {
            last = await SomeKafka.Append(writer, Lane.Bulk, 0, i, 400_000);
        }

        await using var member = bus.Join(Lane.Bulk, owner);
        var lease = await owner.LeaseAsync(0);
        var reader = lease.OpenReader(default, out _);
        await LeaseHolder.NextAsync(reader);
        using var admin = new KafkaClients(options).Admin();
        await admin.DeleteRecordsAsync([new(new($"{prefix}-bulk-g1", 0), new(last.Value))]);
        var e = await Assert.ThrowsAsync<IOException>(async () =>
        {
            while (true)
            {
                await LeaseHolder.NextAsync(reader);
            }
        });
        Assert.Contains("overtaken", e.Message, StringComparison.Ordinal);
        var position = reader.Position;
        await reader.DisposeAsync();
        await using var next = lease.OpenReader(position, out var skipped);
        Assert.Equal(last.Value - position.Value, skipped);
        Assert.Equal(SomeKafka.Body(0, 99, 400_000), (await LeaseHolder.NextAsync(next)).Body.ToArray());
    }

    [Fact]
    public async Task ForeignMessagesAreSkippedAndTold()
    {
        var prefix = SomeKafka.NewPrefix();
        var options = SomeKafka.Options((await kafka.ServerAsync()).Broker, prefix);
        List<string> problems = [];
        await using var bus = await SomeKafka.ConnectAsync(options, problems);
        var owner = new LeaseHolder();
        await using var writer = bus.OpenWriter();
        using (var foreign = new Confluent.Kafka.ProducerBuilder<byte[], byte[]>(new KafkaClients(options).Producer(Lane.Bulk)).SetLogHandler((_, _) => { }).Build())
        {
            var target = new Confluent.Kafka.TopicPartition($"{prefix}-bulk-g1", 0);
            await foreign.ProduceAsync(target, new() { Key = [1], Value = [2, 3] });
            await foreign.ProduceAsync(target, new() { Value = null! });
            await foreign.ProduceAsync(target, new()
            {
                Key = new byte[16],
                Value = [1],
                Headers = [new("v", [1]), new("l", [2]), new("i", new byte[5000]), new("t", null), new("s", [])],
            });
        }

        await SomeKafka.Append(writer, Lane.Bulk, 0, 1);
        await using var member = bus.Join(Lane.Bulk, owner);
        await using var reader = (await owner.LeaseAsync(0)).OpenReader(default, out _);
        Assert.Equal(SomeKafka.Body(0, 1), (await LeaseHolder.NextAsync(reader)).Body.ToArray());
        lock (problems)
        {
            Assert.Equal(3, problems.Count(p => p.Contains("is no entry", StringComparison.Ordinal)));
        }
    }
}
