using Telemetry.Tests.Support.Servers;

[assembly: AssemblyFixture(typeof(Telemetry.Bus.Tests.Kafka.SharedKafka))]

namespace Telemetry.Bus.Tests.Kafka;

/// <summary>One broker for all tests that do not harm it, started by the first that asks; each test has its own prefix.</summary>
public sealed class SharedKafka : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private Task<KafkaServer>? _server;

    /// <summary>The broker. Skips the test where there is none.</summary>
    public Task<KafkaServer> ServerAsync()
    {
        if (!KafkaServer.Available(out var reason))
        {
            Assert.Skip(reason);
        }

        lock (_gate)
        {
            // Nobody kills it: on a busy machine it may be late with its heartbeat.
            return _server ??= KafkaServer.StartAsync(properties: [.. SomeKafka.Properties, "broker.session.timeout.ms=18000"]);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await (await _server).DisposeAsync();
        }
    }
}
