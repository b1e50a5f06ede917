using Confluent.Kafka;
using Telemetry.Bus.Kafka;
using Telemetry.Wire;

namespace Telemetry.Bus.Tests.Kafka;

/// <summary>On the cluster that the client library mocks.</summary>
public sealed class LaneProducerTests : IAsyncLifetime
{
    private readonly KafkaBusMetrics _metrics = new();
    private readonly Dictionary<LifetimeId, TaskCompletionSource<TopicPartition>> _routes = [];
    private LaneProducer _lane = null!;

    public ValueTask InitializeAsync()
    {
        Assert.True(KafkaOptions.TryParse("kafka://mock?test.mock.num.brokers=1&queue_bytes=8MiB", out var options, out var problems), string.Join(' ', problems));
        _lane = new LaneProducer(Lane.Bulk, new KafkaClients(options), l => new ValueTask<TopicPartition>(Route(l).Task), _metrics, _ => { });
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _lane.DisposeAsync();
        _metrics.Dispose();
    }

    [Fact]
    public async Task EntriesOfALifetimeWaitForItsRouteAndKeepTheirOrder()
    {
        var waiting = Enumerable.Range(0, 20).Select(i => Append(1, i)).ToList();
        Route(SomeKafka.Lifetime(2)).SetResult(new TopicPartition("t", 2));
        await Append(2, 0);
        Assert.DoesNotContain(waiting, w => w.IsCompleted);
        Route(SomeKafka.Lifetime(1)).SetResult(new TopicPartition("t", 1));
        waiting.AddRange(Enumerable.Range(20, 20).Select(i => Append(1, i)));
        var positions = await Task.WhenAll(waiting);
        Assert.Equal(Enumerable.Range(0, 40).Select(i => (long)i), positions.Select(p => p.Value));
    }

    [Fact]
    public async Task MoreThanTheQueueHoldsPassesInOrder()
    {
        Route(SomeKafka.Lifetime(1)).SetResult(new TopicPartition("t", 1));
        var positions = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Append(1, i, 1 << 20)));
        Assert.Equal(Enumerable.Range(0, 100).Select(i => (long)i), positions.Select(p => p.Value));
    }

    [Fact]
    public async Task LifetimeThatCannotBeRoutedFailsItsEntriesAndMayBeTriedAgain()
    {
        var first = Append(1, 0);
        Route(SomeKafka.Lifetime(1)).SetException(new IOException("no route"));
        Assert.Contains("no route", (await Assert.ThrowsAsync<IOException>(() => first)).Message, StringComparison.Ordinal);
        _routes.Clear();
        Route(SomeKafka.Lifetime(1)).SetResult(new TopicPartition("t", 1));
        await Append(1, 1);
    }

    [Fact]
    public async Task BodyIsTheCallersAgainAtOnce()
    {
        Route(SomeKafka.Lifetime(1)).SetResult(new TopicPartition("t", 1));
        var body = SomeKafka.Body(1, 1);
        var append = _lane.AppendAsync(SomeKafka.Stamp(1), body);
        Array.Clear(body);
        await append;
    }

    [Fact]
    public async Task ClosedLaneTakesNothingAndFailsWhatWaits()
    {
        var waiting = Append(1, 0);
        await _lane.DisposeAsync();
        await Assert.ThrowsAsync<IOException>(() => waiting);
        Assert.Throws<IOException>(() => { _ = Append(1, 1); });
    }

    private TaskCompletionSource<TopicPartition> Route(LifetimeId lifetime) =>
        _routes.TryGetValue(lifetime, out var route) ? route : _routes[lifetime] = new TaskCompletionSource<TopicPartition>();

    private Task<BusPosition> Append(int lifetime, int number, int bytes = 100) =>
        _lane.AppendAsync(SomeKafka.Stamp(lifetime), SomeKafka.Body(lifetime, number, bytes)).AsTask();
}
