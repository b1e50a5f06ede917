using System.Globalization;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Telemetry.Benchmarks.Sinks;

/// <summary>An hour of 1,000 events/s at once, and nobody takes them: what it costs in memory, and whether every event is accounted for.</summary>
internal static class ServerAway
{
    private const int Events = 3_600_000;
    private const int Warm = 1_000_000;
    private const int Few = 1000;

    private static readonly TimeSpan Looks = TimeSpan.FromSeconds(3);

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(bool full)
    {
        await using var here = new Installation();
        var runs = new List<AwayResult>();
        for (var i = 0; i < (full ? 5 : 3); i++)
        {
            runs.Add(await SinkChild.RunAsync<AwayResult>(here, "away", here.Gateway, Events.ToString(CultureInfo.InvariantCulture)));
            Console.WriteLine($"  {runs[^1]}");
        }

        return [new("memory_server_away", Samples.Median(runs.Select(r => r.Bytes / 1e6)), "MB", 24, false, runs.Count, "none", null)];
    }

    /// <summary>
    /// In a process of its own. Idle is the same process before: it has logged through a sink that does nothing, so that Serilog's own garbage
    /// is not counted as the sink's, and its sink has looked for the gateway.
    /// </summary>
    public static AwayResult Flood(string nobody, int events)
    {
        using (var other = new LoggerConfiguration().WriteTo.Sink(new Nothing()).CreateLogger())
        {
            LoadLoop.Run(other, Warm, null);
        }

        using var sink = new MeasuredSink(nobody);
        LoadLoop.Run(sink.Logger, Few, null);
        Thread.Sleep(Looks);
        var idle = OwnMemory.ResetPeak();
        LoadLoop.Run(sink.Logger, events - Few, null);
        var account = sink.Account;
        var isExact = account.Emitted == events && account.Acknowledged == 0 && account.Buffered + account.Dropped == events && account.Dropped > 0;
        return isExact
            ? new AwayResult(OwnMemory.Peak() - idle, idle, account.Buffered, account.Dropped)
            : throw new InvalidOperationException($"The account does not add up: {account}.");
    }

    private sealed class Nothing : ILogEventSink
    {
        public void Emit(LogEvent logEvent)
        {
        }
    }
}
