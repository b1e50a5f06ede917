using System.Diagnostics;
using System.Globalization;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Telemetry.Benchmarks.Sinks;

/// <summary>
/// What a sink takes of the thread that logs: the time of <c>Emit</c>, and the bytes of a whole log call beyond those of a logger whose sink
/// does nothing.
/// </summary>
internal static class EmitCost
{
    private const int PerBlock = 100;
    private const int Warm = 2_000;
    private const int PerBurst = 20;

    /// <summary>Between bursts, so that the thread that logs is measured and not how the two share this machine.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(bool full)
    {
        await using var here = new Installation();
        await using var gateway = await GatewayAlone.StartAsync(here);
        var blocks = (full ? 20_000 : 5_000).ToString(CultureInfo.InvariantCulture);
        var rounds = new Dictionary<string, List<EmitResult>>();
        for (var round = 0; round < 3; round++)
        {
            foreach (var sink in (string[])["none", "grpc", "file", "console"])
            {
                var result = await SinkChild.RunAsync<EmitResult>(
                    here, "emit", sink switch { "grpc" => here.Gateway, "file" => Path.Combine(here.Folder, "peer.log"), _ => sink }, blocks);
                rounds.TryAdd(sink, []);
                rounds[sink].Add(result);
                Console.WriteLine($"  {sink}: Emit {result.P50:0} ns, p99 {result.P99:0} ns; whole call {result.CallP50:0} ns, {result.CallBytes:0} bytes");
            }
        }

        double Of(string sink, Func<EmitResult, double> what) => Samples.Median(rounds[sink].Select(what));
        double Beyond(string sink) => Of(sink, r => r.CallBytes) - Of("none", r => r.CallBytes);
        var samples = rounds["grpc"].Sum(r => r.Blocks);
        Console.WriteLine($"  Serilog.Sinks.Console to /dev/null: {Of("console", r => r.P50):0} ns, {Beyond("console"):0} bytes");
        return
        [
            new("emit_p50_ns", Of("grpc", r => r.P50), "ns", 600, false, samples, "Serilog.Sinks.File", Of("file", r => r.P50)),
            new("emit_bytes", Beyond("grpc"), "bytes", 96, false, samples, "Serilog.Sinks.File", Beyond("file")),
        ];
    }

    /// <summary>In a process of its own: of the gateway at an address, the file at a path, the console, or no sink.</summary>
    public static EmitResult Measure(string where, string blocks)
    {
        using var grpc = where.StartsWith("http", StringComparison.Ordinal) ? new MeasuredSink(where) : null;
        using var logger = grpc?.Logger ?? where switch
        {
            "none" => new LoggerConfiguration().WriteTo.Sink(new Nothing()).CreateLogger(),
            "console" => new LoggerConfiguration().WriteTo.Console(formatProvider: CultureInfo.InvariantCulture).CreateLogger(),
            _ => new LoggerConfiguration().WriteTo.File(where, formatProvider: CultureInfo.InvariantCulture).CreateLogger(),
        };
        var catcher = new Catcher();
        using (var making = new LoggerConfiguration().WriteTo.Sink(catcher).CreateLogger())
        {
            for (var i = 0; i < PerBlock; i++)
            {
                Log(making, i);
            }
        }

        var events = catcher.Events.ToArray();
        var count = int.Parse(blocks, CultureInfo.InvariantCulture);
        var emit = Blocks(count, () =>
        {
            foreach (var logEvent in events)
            {
                logger.Write(logEvent);
            }
        });
        var bytes = 0L;
        var call = Blocks(count, () =>
        {
            for (var i = 0; i < PerBlock; i++)
            {
                Log(logger, i);
            }
        }, allocated => bytes += allocated);
        return grpc is { Account.Dropped: > 0 }
            ? throw new InvalidOperationException("Events were dropped: that is not what is measured.")
            : new EmitResult(
                Samples.Median(emit), Samples.Percentile(emit, 0.99), Samples.Median(call), (double)bytes / count / PerBlock, count);
    }

    private static double[] Blocks(int count, Action block, Action<long>? allocated = null)
    {
        var ns = new double[count];
        for (var i = -Warm; i < count; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var begun = Stopwatch.GetTimestamp();
            block();
            var time = Stopwatch.GetElapsedTime(begun);
            if (i >= 0)
            {
                ns[i] = time.TotalNanoseconds / PerBlock;
                allocated?.Invoke(GC.GetAllocatedBytesForCurrentThread() - before);
            }

            if (i % PerBurst == 0)
            {
                Thread.Sleep(Pause);
            }
        }

        return ns;
    }

    private static void Log(Logger logger, int i) => logger.Information(SampleEvent.Template, i, SampleEvent.User, SampleEvent.Elapsed);

    private sealed class Nothing : ILogEventSink
    {
        public void Emit(LogEvent logEvent)
        {
        }
    }

    private sealed class Catcher : ILogEventSink
    {
        public List<LogEvent> Events { get; } = [];

        public void Emit(LogEvent logEvent) => Events.Add(logEvent);
    }
}
