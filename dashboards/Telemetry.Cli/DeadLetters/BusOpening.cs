using Telemetry.Bus;
using Telemetry.Bus.Kafka;
using Telemetry.Bus.SegmentLog;
using Telemetry.Cli.Configuration;
using Telemetry.Cli.Hosting;

namespace Telemetry.Cli.DeadLetters;

/// <summary>The writing side of the bus for a command, opened when it is needed. One owner.</summary>
internal sealed class BusOpening(CliContext context, TelemetryOptions options) : IAsyncDisposable
{
    private readonly RunningParts _open = new();

    /// <summary>Opens it; called once.</summary>
    /// <exception cref="CliFailure">A gateway writes the embedded bus, or the topics do not fit the promise; exit 2.</exception>
    public async Task<IBusWriter> OpenAsync(CancellationToken cancel)
    {
        IBus bus = options.Engines.Kafka is { } kafka ? await ConnectAsync(kafka, cancel) : OpenSegments();
        return _open.Add(_open.Add(bus).OpenWriter());
    }

    public ValueTask DisposeAsync() => _open.DisposeAsync();

    private async Task<KafkaBus> ConnectAsync(KafkaOptions kafka, CancellationToken cancel)
    {
        try
        {
            return await KafkaBus.ConnectAsync(kafka, context.Time, Tell, cancel);
        }
        catch (KafkaTopicsException e)
        {
            throw CliFailure.Usage(e.Problems);
        }
    }

    private SegmentLogBus OpenSegments()
    {
        var data = new DataDirectory(options.DataDirectory);
        data.Prepare();
        _open.AddDisposable(DirectoryLock.Take(data, "gateway"));
        return new SegmentLogBus(
            data.Bus,
            new SegmentLogOptions
            {
                Retention = options.Retention.BusKeep, BulkMaxBytes = options.Retention.BusKeepBytes, OnProblem = Tell,
            },
            context.Time);
    }

    private void Tell(string problem) => context.Error.WriteLine($"telemetry: {problem}");
}
