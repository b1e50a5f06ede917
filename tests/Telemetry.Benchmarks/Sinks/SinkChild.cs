using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Telemetry.Benchmarks.Sinks;

/// <summary>What is measured has a process of its own: this program again, which answers with JSON in a file.</summary>
internal static class SinkChild
{
    public const string Verb = "sink-child";

    private static readonly string Program = Path.Combine(Installation.Repository, "artifacts/bin/Telemetry.Benchmarks/release/telemetry-bench");

    /// <summary>The child's side. Arguments: verb, part, file for the answer, more.</summary>
    public static int Run(string[] args)
    {
        object answer = args[1] switch
        {
            "emit" => EmitBenchmark.Run(args[3], int.Parse(args[4], CultureInfo.InvariantCulture), args[5]),
            "load" => DurableRate.Load(args[3], int.Parse(args[4], CultureInfo.InvariantCulture)),
            "file" => DurableRate.LoadFile(args[3], int.Parse(args[4], CultureInfo.InvariantCulture)),
            "away" => ServerAway.Flood(args[3], int.Parse(args[4], CultureInfo.InvariantCulture)),
            "last-words" => KilledAfterFatal.Die(args[3], args[4], int.Parse(args[5], CultureInfo.InvariantCulture)),
            _ => throw new ArgumentException($"'{args[1]}' is no part."),
        };
        File.WriteAllText(args[2], JsonSerializer.Serialize(answer));
        return 0;
    }

    /// <summary>The parent's side: runs a part and reads its answer.</summary>
    public static async Task<T> RunAsync<T>(Installation here, string part, params string[] args)
    {
        var answer = Path.Combine(here.Folder, Guid.NewGuid().ToString("N"));
        await WaitAsync(Start(part, answer, args));
        return JsonSerializer.Deserialize<T>(await File.ReadAllTextAsync(answer))!;
    }

    /// <summary>Starts a part; what it prints goes nowhere.</summary>
    public static Process Start(string part, string answer, params string[] args) =>
        StartProgram(Program, [Verb, part, answer, .. args]);

    /// <summary>Starts a program whose standard output is really /dev/null, which is what is measured of a console.</summary>
    public static Process StartProgram(string program, string[] args) =>
        Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >/dev/null", "sh", program, .. args]))!;

    public static async Task WaitAsync(Process process)
    {
        using (process)
        {
            await process.WaitForExitAsync();
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"A process that is measured ended with {process.ExitCode}.");
            }
        }
    }
}
