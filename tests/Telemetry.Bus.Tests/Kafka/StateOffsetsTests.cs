using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Telemetry.Bus.Kafka;
using Telemetry.Tests.Support.Servers;
using Telemetry.Wire;

namespace Telemetry.Bus.Tests.Kafka;

[Trait("Category", "heavy")]
public sealed class StateOffsetsTests
{
    [Fact]
    public async Task EndsAndOffsetsAreFoundAfterTheBrokerWasKilled()
    {
        if (!KafkaServer.Available(out var reason))
        {
            Assert.Skip(reason);
        }

        await using var server = await KafkaServer.StartAsync("256m", SomeKafka.Properties);
        var options = SomeKafka.Options(server.Broker, SomeKafka.NewPrefix());
        using var topics = new KafkaTopics(options, TimeProvider.System);
        await topics.EnsureAsync(SomeKafka.Deadline(60));
        using var offsets = new StateOffsets(new KafkaClients(options), TimeProvider.System);
        var topic = new TopicPartition(topics.Names.State(Lane.Bulk, 1), 0);
        for (var kill = 0; kill < 3; kill++)
        {
            Assert.Equal(0, await offsets.FindAsync(topic, OffsetSpec.Latest(), IsolationLevel.ReadUncommitted, SomeKafka.Deadline(60)));
            Assert.Null(await offsets.CommittedAsync(Lane.Bulk, topic, SomeKafka.Deadline(60)));
            await server.KillAsync();
            await server.RestartAsync();
        }

        Assert.Equal(0, await offsets.FindAsync(topic, OffsetSpec.Latest(), IsolationLevel.ReadUncommitted, SomeKafka.Deadline(60)));
        Assert.Null(await offsets.CommittedAsync(Lane.Bulk, topic, SomeKafka.Deadline(60)));
    }
}
