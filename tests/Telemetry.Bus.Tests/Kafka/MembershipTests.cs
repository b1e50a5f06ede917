using Confluent.Kafka;
using Telemetry.Bus.Kafka;
using Telemetry.Tests.Support.Servers;
using Telemetry.Wire;

namespace Telemetry.Bus.Tests.Kafka;

[Trait("Category", "heavy")]
public sealed class MembershipTests(SharedKafka kafka)
{
    private static readonly CancellationToken Never = CancellationToken.None;

    [Fact]
    public async Task PartitionsMoveBetweenMembersAndEachEntryIsCommittedOnceInOrder()
    {
        var options = SomeKafka.Options((await kafka.ServerAsync()).Broker, SomeKafka.NewPrefix());
        await using var bus = await SomeKafka.ConnectAsync(options);
        await using var writer = bus.OpenWriter();
        await using var first = new Owner();
        await using var second = new Owner();
        var member = bus.Join(Lane.Bulk, first);
        var appending = AppendAsync(writer, 8, 600);
        await Eventually.Holds(() => first.Partitions.Count() == 4, "the first has all", TimeSpan.FromSeconds(30));
        await using var other = bus.Join(Lane.Bulk, second);
        await Eventually.Holds(() => second.Partitions.Count() == 2, "half of them move", TimeSpan.FromSeconds(30));
        await Eventually.Holds(() => first.Partitions.Count() == 2, "the first keeps the others", TimeSpan.FromSeconds(30));
        await member.DisposeAsync();
        await Eventually.Holds(() => second.Partitions.Count() == 4, "the others move when it leaves", TimeSpan.FromSeconds(30));
        Assert.DoesNotContain(first.Revoked, r => r.Lost);
        await appending;
        await Eventually.Holds(() => Count(first) + Count(second) >= 8 * 600, "all is read", TimeSpan.FromSeconds(30));
        for (var partition = 0; partition < 4; partition++)
        {
            var key = new BusPartition(Lane.Bulk, 1, partition);
            var all = Committed(first, key).Concat(Committed(second, key)).ToList();
            foreach (var lifetime in new[] { partition, partition + 4 })
            {
                Assert.Equal(
                    Enumerable.Range(0, 600).Select(n => $"{lifetime} {n}"),
                    all.Where(t => t.StartsWith($"{lifetime} ", StringComparison.Ordinal)));
            }
        }
    }

    [Fact]
    public async Task WhoHasNotJoinedHasAProblemAndWhoIsGivenNothingHasNone()
    {
        var server = await kafka.ServerAsync();
        var options = SomeKafka.Options(server.Broker, SomeKafka.NewPrefix());
        await using var bus = await SomeKafka.ConnectAsync(options);
        List<IBusMembership> members = [];
        List<Owner> owners = [];
        for (var i = 0; i < 5; i++)
        {
            owners.Add(new Owner());
            members.Add(bus.Join(Lane.Bulk, owners[i]));
            Assert.Equal("The bulk lane has not joined its group yet.", members[i].Problem);
        }

        await Eventually.Holds(() => members.All(member => member.Problem.Length == 0), "all have joined", TimeSpan.FromSeconds(60));

        await Eventually.Holds(() => owners.Count(owner => !owner.Partitions.Any()) == 1, "four partitions are shared by five", TimeSpan.FromSeconds(60));
        foreach (var member in members)
        {
            await member.DisposeAsync();
        }

        foreach (var owner in owners)
        {
            await owner.DisposeAsync();
        }
    }

    [Fact]
    public async Task StoppedMemberThatComesBackIsFenced()
    {
        var shared = await kafka.ServerAsync();
        Assert.NotNull(shared);
        await using var relay = new Relay();
        var relayed = FreePort.One();
        await using var server = await KafkaServer.StartAsync(properties: [.. SomeKafka.Properties, .. relay.Properties(relayed)]);
        relay.Start(relayed);
        var prefix = SomeKafka.NewPrefix();
        await using var zombieBus = await SomeKafka.ConnectAsync(SomeKafka.Options($"127.0.0.1:{relay.Port}", prefix));
        await using var bus = await SomeKafka.ConnectAsync(SomeKafka.Options(server.Broker, prefix));
        var zombie = new LeaseHolder();
        await using var zombieMember = zombieBus.Join(Lane.Bulk, zombie);
        var former = (await zombie.LeaseAsync(0)).StateLog!;
        await former.CommitAsync(new StateCommit([StateLogTests.Row("x", "1")], [], new BusPosition(1)), Never);

        relay.Freeze();
        var owner = new LeaseHolder();
        await using var member = bus.Join(Lane.Bulk, owner);
        var log = (await owner.LeaseAsync(0)).StateLog!;
        Assert.Equal(new BusPosition(1), await log.CommittedAsync(Never));
        await log.CommitAsync(new StateCommit([StateLogTests.Row("x", "2")], [], new BusPosition(2)), Never);
        var late = former.CommitAsync(new StateCommit([StateLogTests.Row("x", "3")], [], new BusPosition(3)), Never).AsTask();
        relay.Thaw();
        await Assert.ThrowsAsync<FencedException>(() => late);
        await Eventually.Holds(() => zombie.Revoked.Any(r => r.Lost), "it is told", TimeSpan.FromSeconds(30));

        Assert.Equal(new BusPosition(2), await log.CommittedAsync(Never));
        var rows = new Dictionary<string, string>();
        await using var reader = log.OpenReader();
        await reader.ReadAsync(0, r => StateLogTests.Apply(rows, r), Never);
        Assert.Equal(new() { ["x"] = "2" }, rows);
    }

    [Fact]
    public async Task BrokersRefuseACommitOfAFormerGeneration()
    {
        var options = SomeKafka.Options((await kafka.ServerAsync()).Broker, SomeKafka.NewPrefix());
        await using var bus = await SomeKafka.ConnectAsync(options);
        var clients = new KafkaClients(options);
        IConsumerGroupMetadata former;
        using (var consumer = new ConsumerBuilder<byte[], byte[]>(clients.Member(Lane.Bulk))
            .SetLogHandler((_, _) => { })
            .SetPartitionsAssignedHandler((_, partitions) => partitions.Select(p => new TopicPartitionOffset(p, Offset.End))).Build())
        {
            consumer.Subscribe($"{options.Prefix}-bulk-g1");
            await Eventually.Holds(
                () => consumer.Consume(50) is not null || consumer.Assignment.Count == 4, "it is a member", TimeSpan.FromSeconds(30));
            former = consumer.ConsumerGroupMetadata;
            consumer.Close();
        }

        var owner = new LeaseHolder();
        await using var member = bus.Join(Lane.Bulk, owner);
        var log = (await owner.LeaseAsync(0)).StateLog!;
        using var producer = new ProducerBuilder<byte[], byte[]>(clients.Transactional(options.Prefix + "-former"))
            .SetLogHandler((_, _) => { }).Build();
        producer.InitTransactions(TimeSpan.FromSeconds(20));
        var partition = new BusPartition(Lane.Bulk, 1, 0);
        var lease = new PartitionLease(null!, partition, new TopicPartition($"{options.Prefix}-bulk-g1", 0), _ => null!);
        var transaction = new StateTransaction(producer, new CallWatch(TimeProvider.System), new TopicNames(options.Prefix), TimeProvider.System, TimeSpan.FromSeconds(30));
        var commit = new PendingCommit(lease, new StateCommit([StateLogTests.Row("x", "1")], [], new BusPosition(9)));
        Assert.Equal(TransactionOutcome.Refused, transaction.Run([commit], former));
        Assert.Null(await log.CommittedAsync(Never));
        await using var reader = log.OpenReader();
        await reader.ReadAsync(0, _ => Assert.Fail("it was refused"), Never);
    }

    private static async Task AppendAsync(IBusWriter writer, int lifetimes, int each)
    {
        for (var i = 0; i < each; i++)
        {
            await Task.WhenAll(Enumerable.Range(0, lifetimes).Select(l => SomeKafka.Append(writer, Lane.Bulk, l, i).AsTask()));
        }
    }

    private static int Count(Owner owner) => owner.Committed.Values.Sum(q => q.Count);

    private static IEnumerable<string> Committed(Owner owner, BusPartition partition) =>
        owner.Committed.TryGetValue(partition, out var queue) ? queue : [];
}
