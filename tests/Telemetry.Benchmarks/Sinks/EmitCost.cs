using System.Globalization;

namespace Telemetry.Benchmarks.Sinks;

/// <summary>
/// What a sink takes of the thread that logs: the time of <c>Emit</c>, and the bytes of a whole log call beyond those of a logger whose sink
/// does nothing.
/// </summary>
internal static class EmitCost
{
    public static async Task<IReadOnlyList<Figure>> MeasureAsync(bool full)
    {
        await using var here = new Installation();
        await using var gateway = await GatewayAlone.StartAsync(here);
        var iterations = (full ? 1_000 : 200).ToString(CultureInfo.InvariantCulture);
        var rounds = new Dictionary<string, List<EmitResult>>();
        for (var round = 0; round < 3; round++)
        {
            foreach (var sink in (string[])["none", "grpc", "file", "console"])
            {
                var result = await SinkChild.RunAsync<EmitResult>(
                    here, "emit", sink switch { "grpc" => here.Gateway, "file" => Path.Combine(here.Folder, "peer.log"), _ => sink }, iterations,
                    Path.Combine(here.Folder, "artifacts"));
                rounds.TryAdd(sink, []);
                rounds[sink].Add(result);
                Console.WriteLine($"  {sink}: Emit {result.P50:0} ns, p99 {result.P99:0} ns; whole call {result.CallP50:0} ns, {result.CallBytes:0} bytes");
            }
        }

        double Of(string sink, Func<EmitResult, double> what) => Samples.Median(rounds[sink].Select(what));
        double Beyond(string sink) => Of(sink, r => r.CallBytes) - Of("none", r => r.CallBytes);
        var samples = rounds["grpc"].Sum(r => r.Samples);
        Console.WriteLine($"  Serilog.Sinks.Console to /dev/null: {Of("console", r => r.P50):0} ns, {Beyond("console"):0} bytes");
        return
        [
            new("emit_p50_ns", Of("grpc", r => r.P50), "ns", 600, false, samples, "Serilog.Sinks.File", Of("file", r => r.P50)),
            new("emit_bytes", Beyond("grpc"), "bytes", 96, false, samples, "Serilog.Sinks.File", Beyond("file")),
        ];
    }
}
