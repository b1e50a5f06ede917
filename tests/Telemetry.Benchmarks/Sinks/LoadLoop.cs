using System.Diagnostics;
using Serilog;

namespace Telemetry.Benchmarks.Sinks;

/// <summary>Threads that log as fast as the path takes it: what is on its way is bounded, so that nothing is dropped.</summary>
internal static class LoadLoop
{
    public const int Threads = 2;
    private const int MaxWaiting = 40_000;
    private const int LookEvery = 128;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Logs so many events; returns when all of them are settled, with the seconds and the CPU seconds of this process.</summary>
    /// <param name="logger">Where to.</param>
    /// <param name="events">How many.</param>
    /// <param name="settled">Events that the peer took, ever; null for a path that has taken an event when its call returns.</param>
    public static LoadResult Run(ILogger logger, int events, Func<long>? settled)
    {
        var (cpu, clock) = (Environment.CpuUsage.TotalTime, Stopwatch.StartNew());
        var before = settled?.Invoke() ?? 0;
        long emitted = 0;
        var threads = Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
        {
            for (var i = 0; i < events / Threads; i++)
            {
                if (settled is not null && i % LookEvery == 0)
                {
                    while (Volatile.Read(ref emitted) - (settled() - before) > MaxWaiting)
                    {
                        Thread.Sleep(1);
                    }

                    Interlocked.Add(ref emitted, LookEvery);
                }

                logger.Information(SampleEvent.Template, i, SampleEvent.User, SampleEvent.Elapsed);
            }
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        while (settled is not null && settled() - before < events && clock.Elapsed < Patience)
        {
            Thread.Sleep(1);
        }

        return new LoadResult(settled is null ? events : Math.Min(events, settled() - before), clock.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
    }
}
