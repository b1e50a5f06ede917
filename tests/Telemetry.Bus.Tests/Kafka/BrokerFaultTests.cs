using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Telemetry.Bus.Kafka;
using Telemetry.Tests.Support.Servers;
using Telemetry.Wire;

namespace Telemetry.Bus.Tests.Kafka;

[Trait("Category", "heavy")]
public sealed class BrokerFaultTests
{
    [Fact]
    public async Task NothingAcknowledgedIsLostWhenTheBrokerIsKilled()
    {
        await using var server = await StartAsync();
        var options = SomeKafka.Options(server.Broker, SomeKafka.NewPrefix());
        await using var bus = await SomeKafka.ConnectAsync(options);
        await using var writer = bus.OpenWriter();
        await using var owner = new Owner();
        await using var member = bus.Join(Lane.Bulk, owner);
        ConcurrentBag<string> acknowledged = [];
        using var stop = new CancellationTokenSource();
        var appending = Enumerable.Range(0, 8).Select(l => Task.Run(() => AppendAsync(writer, l, acknowledged, stop.Token))).ToArray();
        for (var round = 0; round < 3; round++)
        {
            var before = acknowledged.Count;
            await Eventually.Holds(() => acknowledged.Count > before + 200, "appends go through", TimeSpan.FromSeconds(60));
            await server.KillAsync();
            await server.RestartAsync();
        }

        var last = acknowledged.Count;
        await Eventually.Holds(() => acknowledged.Count > last + 200, "appends go through by themselves", TimeSpan.FromSeconds(60));
        await stop.CancelAsync();
        await Task.WhenAll(appending);

        // The counts are committed with the offsets: each entry has been counted once, whatever was unknown in between.
        Dictionary<string, string> counts = [];
        await Eventually.Holds(
            async () => (counts = await CountsAsync(bus)).Values.Sum(c => int.Parse(c)) >= acknowledged.Count,
            "all is counted", TimeSpan.FromSeconds(60));
        foreach (var lifetime in Enumerable.Range(0, 8))
        {
            Assert.Equal($"{acknowledged.Count(a => a.StartsWith($"{lifetime} ", StringComparison.Ordinal))}", counts[$"{lifetime}"]);
            var read = owner.Committed[new BusPartition(Lane.Bulk, 1, lifetime % 4)]
                .Where(t => t.StartsWith($"{lifetime} ", StringComparison.Ordinal)).Select(t => int.Parse(t.Split(' ')[1])).ToList();
            Assert.Equal(read.Distinct().Order(), read);
        }
    }

    [Fact]
    public async Task WhileTheBrokerIsAwayNothingIsAcknowledgedAndAfterwardsAllIsInOrder()
    {
        await using var server = await StartAsync();
        var options = SomeKafka.Options(server.Broker, SomeKafka.NewPrefix(), "&queue_bytes=8MiB");
        await using var bus = await SomeKafka.ConnectAsync(options);
        await using var writer = bus.OpenWriter();
        await using var owner = new Owner();
        await using var member = bus.Join(Lane.Bulk, owner);
        await SomeKafka.Append(writer, Lane.Bulk, 0, 0);
        await server.KillAsync();
        var appends = Enumerable.Range(1, 40).Select(i => SomeKafka.Append(writer, Lane.Bulk, 0, i, 400_000).AsTask()).ToArray();
        await Eventually.Holds(() => member.Problem.Length > 0, "the member says so", TimeSpan.FromSeconds(30));
        Assert.DoesNotContain(appends, a => a.IsCompleted);
        Assert.InRange(Measure(bus, "bus.queue"), 40 * 400_000, 40 * 401_000);
        await server.RestartAsync();
        await Task.WhenAll(appends).WaitAsync(TimeSpan.FromSeconds(60));
        await Eventually.Holds(() => owner.Committed.Values.Sum(q => q.Count) == 41, "all is read", TimeSpan.FromSeconds(30));
        Assert.Equal(Enumerable.Range(0, 41).Select(n => $"0 {n}"), Assert.Single(owner.Committed).Value);
        await Eventually.Holds(() => member.Problem.Length == 0, "all is well again", TimeSpan.FromSeconds(30));
        Assert.Equal(0, Measure(bus, "bus.queue"));
    }

    [Fact]
    public async Task BrokerThatStandsStillForAWhileCostsNothing()
    {
        await using var server = await StartAsync();
        await using var bus = await SomeKafka.ConnectAsync(SomeKafka.Options(server.Broker, SomeKafka.NewPrefix()));
        await using var writer = bus.OpenWriter();
        await SomeKafka.Append(writer, Lane.Critical, 0, 0);
        await server.PauseAsync();
        var append = SomeKafka.Append(writer, Lane.Critical, 0, 1).AsTask();
        await Task.Delay(1000);
        Assert.False(append.IsCompleted);
        server.Continue();
        await append.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task WriterThatIsClosedWithoutABrokerFailsWhatIsOpen()
    {
        await using var server = await StartAsync();
        await using var bus = await SomeKafka.ConnectAsync(SomeKafka.Options(server.Broker, SomeKafka.NewPrefix()));
        var writer = bus.OpenWriter();
        await SomeKafka.Append(writer, Lane.Bulk, 0, 0);
        await server.KillAsync();
        var known = SomeKafka.Append(writer, Lane.Bulk, 0, 1).AsTask();
        var unrouted = SomeKafka.Append(writer, Lane.Bulk, 1, 1).AsTask();
        await writer.DisposeAsync();
        await Assert.ThrowsAsync<IOException>(() => known);
        await Assert.ThrowsAsync<IOException>(() => unrouted);
        await Assert.ThrowsAsync<IOException>(() => SomeKafka.Append(writer, Lane.Bulk, 0, 2).AsTask());
    }

    private static async Task<KafkaServer> StartAsync()
    {
        if (!KafkaServer.Available(out var reason))
        {
            Assert.Skip(reason);
        }

        return await KafkaServer.StartAsync(properties: SomeKafka.Properties);
    }

    private static async Task AppendAsync(IBusWriter writer, int lifetime, ConcurrentBag<string> acknowledged, CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            await SomeKafka.Append(writer, Lane.Bulk, lifetime, i);
            acknowledged.Add($"{lifetime} {i}");
        }
    }

    private static async Task<Dictionary<string, string>> CountsAsync(KafkaBus bus)
    {
        var counts = new Dictionary<string, string>();
        for (var number = 0; number < 4; number++)
        {
            await using var state = bus.OpenState(new BusPartition(Lane.Bulk, 1, number))!;
            await state.ReadAsync(0, r => StateLogTests.Apply(counts, r), CancellationToken.None);
        }

        return counts;
    }

    private static long Measure(KafkaBus bus, string name)
    {
        long sum = 0;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter == bus.Meter && instrument.Name == name)
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => sum += value);
        listener.Start();
        listener.RecordObservableInstruments();
        return sum;
    }
}
