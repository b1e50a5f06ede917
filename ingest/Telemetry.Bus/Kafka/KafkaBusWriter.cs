using Confluent.Kafka;
using Telemetry.Wire;

namespace Telemetry.Bus.Kafka;

/// <summary>
/// Writes both lanes, each with its own producer, and a tick into every partition each two seconds, so that bus time passes
/// while servers are silent.
/// </summary>
internal sealed class KafkaBusWriter : IBusWriter
{
    private static readonly TimeSpan _tickInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _lookInterval = TimeSpan.FromMilliseconds(100);
    private const int MaxLooks = 300;

    private readonly KafkaTopics _topics;
    private readonly TimeProvider _time;
    private readonly Action<string> _onProblem;
    private readonly LifetimeRoutes _routes;
    private readonly LaneProducer _critical;
    private readonly LaneProducer _bulk;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _ticking;
    private volatile GenerationTable _generations;

    public KafkaBusWriter(KafkaClients clients, KafkaTopics topics, GenerationTable generations, KafkaBusMetrics metrics,
        TimeProvider time, Action<string> onProblem)
    {
        _topics = topics;
        _generations = generations;
        _time = time;
        _onProblem = onProblem;
        _routes = new LifetimeRoutes(clients, topics.Names, onProblem);
        _critical = new LaneProducer(Lane.Critical, clients, l => RouteAsync(Lane.Critical, l), metrics, onProblem);
        _bulk = new LaneProducer(Lane.Bulk, clients, l => RouteAsync(Lane.Bulk, l), metrics, onProblem);
        _ticking = Task.Run(TickAsync);
    }

    public ValueTask<BusPosition> AppendAsync(Lane lane, BusStamp stamp, ReadOnlyMemory<byte> body, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return Of(lane).AppendAsync(stamp, body);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _ticking;
        await Task.WhenAll(_critical.DisposeAsync().AsTask(), _bulk.DisposeAsync().AsTask());
        await Task.Run(_routes.Dispose);
        _stopping.Dispose();
    }

    private LaneProducer Of(Lane lane) => lane == Lane.Critical ? _critical : _bulk;

    private async ValueTask<TopicPartition> RouteAsync(Lane lane, LifetimeId lifetime)
    {
        if (!_routes.TryGet(lifetime, out var generation))
        {
            generation = await _routes.DecideAsync(lifetime, () => _generations.Newest);
        }

        // Another gateway may know a generation that is news here.
        for (var i = 0; _generations.Partitions(lane, generation) == 0; i++)
        {
            if (i == MaxLooks)
            {
                throw new IOException($"generation {generation} of the topics is not there");
            }

            await Task.Delay(_lookInterval, _time, _stopping.Token);
            await LookAsync();
        }

        return new TopicPartition(
            _topics.Names.Data(lane, generation), LifetimePartition.Of(lifetime, _generations.Partitions(lane, generation)));
    }

    private async Task TickAsync()
    {
        try
        {
            while (true)
            {
                Tick();
                await Task.Delay(_tickInterval, _time, _stopping.Token);
                await LookAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // Closing.
        }
    }

    private async Task LookAsync()
    {
        try
        {
            _generations = await _topics.ReadGenerationsAsync(_stopping.Token);
        }
        catch (IOException e)
        {
            _onProblem(e.Message);
        }
    }

    private void Tick()
    {
        var generations = _generations;
        foreach (var lane in GenerationTable.Lanes)
        {
            for (var generation = 1; generation <= generations.Newest; generation++)
            {
                for (var partition = 0; partition < generations.Partitions(lane, generation); partition++)
                {
                    Of(lane).Tick(new TopicPartition(_topics.Names.Data(lane, generation), partition));
                }
            }
        }
    }
}
