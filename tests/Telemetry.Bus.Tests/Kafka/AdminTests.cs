using Telemetry.Bus.Kafka;
using Telemetry.Wire;

namespace Telemetry.Bus.Tests.Kafka;

[Trait("Category", "heavy")]
public sealed class AdminTests(SharedKafka kafka)
{
    private static readonly CancellationToken Never = CancellationToken.None;

    [Fact]
    public async Task BusIsDescribedAsTheBrokersSay()
    {
        var options = SomeKafka.Options((await kafka.ServerAsync()).Broker, SomeKafka.NewPrefix());
        using var admin = new KafkaBusAdmin(options, TimeProvider.System);
        var nothing = await admin.DescribeAsync(Never);
        Assert.Empty(nothing.Topics);
        Assert.Equal(6, nothing.Problems.Count);

        await using var bus = await SomeKafka.ConnectAsync(options);
        await using (var writer = bus.OpenWriter())
        {
            await using var owner = new Owner();
            await using var member = bus.Join(Lane.Bulk, owner);
            await SomeKafka.Append(writer, Lane.Bulk, 1, 0);
            await Eventually.Holds(() => owner.Committed.Values.Sum(q => q.Count) == 1, "it is read", TimeSpan.FromSeconds(30));
            await SomeKafka.Append(writer, Lane.Critical, 1, 0);
        }

        var described = await admin.DescribeAsync(Never);
        Assert.Equal((1, 6), (described.Brokers, described.Topics.Count));
        Assert.Empty(described.Problems);
        Assert.Contains("not its machine", described.Promise, StringComparison.Ordinal);
        Assert.Equal(8, described.Partitions.Count);
        var read = described.Partitions.Single(p => p.Partition == new BusPartition(Lane.Bulk, 1, 1));
        Assert.True(read.Committed > 0);
        var unread = described.Partitions.Single(p => p.Partition == new BusPartition(Lane.Critical, 1, 1));
        Assert.Null(unread.Committed);
        Assert.Equal((1L, 0L), (unread.Lag, unread.Overtaken));
        Assert.All(described.Partitions.Where(p => p != unread), p => Assert.Equal((0L, 0L), (p.Lag, p.Overtaken)));
        Assert.Equal([0, 0], described.Groups.Select(g => g.Members));
        var state = described.Topics.Single(t => t.Name == $"{options.Prefix}-bulk-state-g1");
        Assert.Equal(("compact", 1, 1, false), (state.CleanupPolicy, state.Replication, state.MinInSync, state.ElectsUnclean));
    }

    [Fact]
    public async Task DeletedTicksAreNoLossWhereNoLifetimeEverWas()
    {
        var options = SomeKafka.Options((await kafka.ServerAsync()).Broker, SomeKafka.NewPrefix());
        await using var bus = await SomeKafka.ConnectAsync(options);
        await using var writer = bus.OpenWriter();
        await SomeKafka.Append(writer, Lane.Bulk, 0, 0);
        using var admin = new KafkaBusAdmin(options, TimeProvider.System);
        await Eventually.Holds(
            async () => (await admin.DescribeAsync(Never)).Partitions.Where(p => p.Partition.Lane == Lane.Bulk).All(p => p.End >= 2),
            "each partition has something", TimeSpan.FromSeconds(30));
        using var client = new KafkaClients(options).Admin();
        await client.DeleteRecordsAsync([.. Enumerable.Range(0, 4).Select(n => new Confluent.Kafka.TopicPartitionOffset($"{options.Prefix}-bulk-g1", n, 2))]);

        var described = (await admin.DescribeAsync(Never)).Partitions.Where(p => p.Partition.Lane == Lane.Bulk).ToList();
        Assert.Equal([2, 0, 0, 0], described.Select(p => p.Overtaken));
        Assert.All(described, p => Assert.Equal(0, p.Lag));
        var owner = new LeaseHolder();
        await using var member = bus.Join(Lane.Bulk, owner);
        Assert.True(await (await owner.LeaseAsync(0)).MayHaveHeldEntriesAsync(Never));
        Assert.False(await (await owner.LeaseAsync(1)).MayHaveHeldEntriesAsync(Never));
    }

    [Fact]
    public async Task ReadersAreRewoundToATimeWhenTheyAreStopped()
    {
        var options = SomeKafka.Options((await kafka.ServerAsync()).Broker, SomeKafka.NewPrefix());
        await using var bus = await SomeKafka.ConnectAsync(options);
        await using var writer = bus.OpenWriter();
        await SomeKafka.Append(writer, Lane.Bulk, 0, 0);
        await Task.Delay(20);
        var time = DateTimeOffset.UtcNow;
        await Task.Delay(20);
        var position = await SomeKafka.Append(writer, Lane.Bulk, 0, 1);
        using var admin = new KafkaBusAdmin(options, TimeProvider.System);
        await using (var owner = new Owner())
        {
            await using var member = bus.Join(Lane.Bulk, owner);
            await Eventually.Holds(() => owner.Committed.Values.Sum(q => q.Count) == 2, "all is read", TimeSpan.FromSeconds(30));
            var e = await Assert.ThrowsAsync<InvalidOperationException>(() => admin.RewindAsync(Lane.Bulk, time, Never));
            Assert.Contains("stop the indexers", e.Message, StringComparison.Ordinal);
        }

        var forward = await admin.RewindAsync(Lane.Bulk, DateTimeOffset.UtcNow.AddHours(1), Never);
        Assert.All(forward.Where(r => r.From is not null), r => Assert.Equal(r.From, r.To));
        var rewound = await admin.RewindAsync(Lane.Bulk, time, Never);
        Assert.Equal(4, rewound.Count);
        var zero = rewound.Single(r => r.Partition.Number == 0);
        Assert.True(zero.To <= position.Value && zero.From > position.Value);
        await using var again = new Owner();
        await using var later = bus.Join(Lane.Bulk, again);
        await Eventually.Holds(() => again.Committed.Values.Sum(q => q.Count) == 1, "it is read again", TimeSpan.FromSeconds(30));
        Assert.Equal(["0 1"], again.Committed[new BusPartition(Lane.Bulk, 1, 0)]);
    }

    [Fact]
    public async Task DeadLettersAreListedShownAndDropped()
    {
        var options = SomeKafka.Options((await kafka.ServerAsync()).Broker, SomeKafka.NewPrefix());
        await using var bus = await SomeKafka.ConnectAsync(options);
        var owner = new LeaseHolder();
        await using var member = bus.Join(Lane.Bulk, owner);
        var lease = await owner.LeaseAsync(0);
        DeadLetter[] letters =
        [
            .. Enumerable.Range(1, 3).Select(i => new DeadLetter(
                lease.Partition, new BusPosition(i), null, SomeKafka.Stamp(0), "", $"Reason {i}.", new byte[] { (byte)i })),
        ];
        await lease.StateLog!.CommitAsync(new StateCommit([], letters, new BusPosition(4)), Never);

        // The same again, as after an unknown outcome, is the same letter.
        await lease.StateLog!.CommitAsync(new StateCommit([], [letters[1]], new BusPosition(4)), Never);
        using var admin = new KafkaBusAdmin(options, TimeProvider.System);
        var listed = await admin.DeadLetters.ListAsync(100, Never);
        Assert.Equal(["Reason 1.", "Reason 3.", "Reason 2."], listed.Select(l => l.Letter.Reason));
        Assert.Equal("bulk-g1-0/2//", listed[2].Id);
        Assert.Equal([2], (await admin.DeadLetters.FindAsync("bulk-g1-0/2//", Never))!.Letter.Bytes.ToArray());
        var read = new List<byte>();
        await foreach (var letter in admin.DeadLetters.ReadAsync(["bulk-g1-0/2//", "none", "bulk-g1-0/1//"], Never))
        {
            read.AddRange(letter.Letter.Bytes.ToArray());
        }

        Assert.Equal([1, 2], read);
        await admin.DeadLetters.DropAsync(["bulk-g1-0/2//", "none"], Never);
        Assert.Null(await admin.DeadLetters.FindAsync("bulk-g1-0/2//", Never));
        Assert.Equal(["Reason 3."], (await admin.DeadLetters.ListAsync(1, Never)).Select(l => l.Letter.Reason));
    }
}
