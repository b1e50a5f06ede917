using System.Globalization;
using System.Runtime.InteropServices;

namespace Telemetry.Benchmarks.Sinks;

/// <summary>Processes that are killed 5 ms after <c>Fatal</c> returned. Whoever has the buffer's directory next ships what they said.</summary>
internal static partial class KilledAfterFatal
{
    private const int SigKill = 9;
    private const int AtATime = 4;
    private const int Killed = 128 + SigKill;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static Task<IReadOnlyList<Figure>> MeasureAsync(bool full) => MeasureAsync(full ? 1000 : 50);

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(int count)
    {
        await using var here = new Installation();
        await using var up = await here.UpAsync("--no-shipper");
        var next = 0;
        var buffer = Path.Combine(here.Folder, "buffer");
        await Task.WhenAll(Enumerable.Range(0, AtATime).Select(async _ =>
        {
            while (Interlocked.Increment(ref next) is var number && number <= count)
            {
                // Half of them die with a gateway that takes what they say at the same moment, half without one.
                var gateway = number % 2 == 0 ? here.Gateway : "http://127.0.0.1:1";
                using var process = SinkChild.Start("last-words", "/dev/null", gateway, buffer, number.ToString(CultureInfo.InvariantCulture));
                await process.WaitForExitAsync();
                if (process.ExitCode != Killed)
                {
                    throw new InvalidOperationException($"A process was not killed, it ended with {process.ExitCode}.");
                }
            }
        }));
        var (found, twice) = await FindAsync(here, buffer, count);
        Console.WriteLine($"  {count} processes killed: the last words of {found} found, of {twice} more than once");
        return [new("killed_after_fatal_found", (double)found / count, "share", 1, true, count, "none", null)];
    }

    /// <summary>In a process of its own, from which nothing returns.</summary>
    public static object Die(string gateway, string buffer, int number)
    {
        var sink = new MeasuredSink(gateway, o => o.BufferPath = buffer);
        sink.Logger.Information("process {Number} lives", number);
        sink.Logger.Fatal("last words of {Number}", number);
        Thread.Sleep(5);
        _ = Kill(Environment.ProcessId, SigKill);
        throw new InvalidOperationException("It is dead.");
    }

    private static async Task<(int Found, int Twice)> FindAsync(Installation here, string buffer, int count)
    {
        // As many loggers as processes wrote at a time: each takes the directory of one of them.
        var next = Enumerable.Range(0, AtATime).Select(_ => new MeasuredSink(here.Gateway, o => o.BufferPath = buffer)).ToList();
        var deadline = DateTime.UtcNow + Patience;
        while (await here.CountAsync("\"last words\"") < count && DateTime.UtcNow < deadline)
        {
            await Task.Delay(100);
        }

        next.ForEach(sink => sink.Dispose());
        var counts = new List<long>();
        for (var number = 1; number <= count; number++)
        {
            counts.Add(await here.CountAsync($"log.level : fatal and labels.Number : {number}"));
        }

        return (counts.Count(c => c > 0), counts.Count(c => c > 1));
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
