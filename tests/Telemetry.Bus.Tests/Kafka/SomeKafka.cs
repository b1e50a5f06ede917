using System.Text;
using Telemetry.Bus.Kafka;
using Telemetry.Tests.Support.Servers;
using Telemetry.Wire;

namespace Telemetry.Bus.Tests.Kafka;

internal static class SomeKafka
{
    /// <summary>Sessions may be short here, so that tests need not wait long.</summary>
    public static readonly string[] Properties =
    [
        "group.min.session.timeout.ms=1000", "transaction.abort.timed.out.transaction.cleanup.interval.ms=500",
        "log.cleaner.backoff.ms=200", "log.initial.task.delay.ms=100", "log.retention.check.interval.ms=1000",
    ];

    private static int _prefixes;

    public static string NewPrefix() => $"t{Interlocked.Increment(ref _prefixes)}-{Guid.NewGuid().ToString("N")[..6]}";

    public static KafkaOptions Options(string broker, string prefix, string more = "")
    {
        var address = $"kafka://{broker}?prefix={prefix}&group={prefix}&partitions=4&replication=1&min_isr=1"
            + $"&session.timeout.ms=4000&heartbeat.interval.ms=500{more}";
        Assert.True(KafkaOptions.TryParse(address, out var options, out var problems), string.Join(' ', problems));
        return options;
    }

    public static Task<KafkaBus> ConnectAsync(KafkaOptions options, List<string>? problems = null) =>
        KafkaBus.ConnectAsync(options, TimeProvider.System, p =>
        {
            lock (problems ?? [])
            {
                problems?.Add(p);
            }
        }, Deadline(60));

    public static CancellationToken Deadline(int seconds) => new CancellationTokenSource(TimeSpan.FromSeconds(seconds)).Token;

    /// <summary>Lifetimes spread over partitions: number n of 4 is in partition n % 4.</summary>
    public static LifetimeId Lifetime(int number) => new((UInt128)(ulong)number << 64 | 1);

    public static BusStamp Stamp(int lifetime) => new(Lifetime(lifetime), $"i-{lifetime}", "tenant", "10.0.0.1:5000", 0);

    public static byte[] Body(int lifetime, int number, int bytes = 100) =>
        Encoding.ASCII.GetBytes($"{lifetime} {number} ".PadRight(bytes, '.'));

    public static ValueTask<BusPosition> Append(IBusWriter writer, Lane lane, int lifetime, int number, int bytes = 100) =>
        writer.AppendAsync(lane, Stamp(lifetime), Body(lifetime, number, bytes), CancellationToken.None);
}
