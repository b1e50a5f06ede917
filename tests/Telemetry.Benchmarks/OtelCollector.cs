using System.Diagnostics;

namespace Telemetry.Benchmarks;

/// <summary>The OpenTelemetry Collector as a peer, where it is present.</summary>
internal static class OtelCollector
{
    private static readonly string Binary = Path.Combine(Installation.Repository, "../shared/tools/otelcol");

    /// <summary>How long a line is waited for; a latency of so much is a time-out and no measurement.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static bool IsPresent => File.Exists(Binary);

    /// <summary>Tails a file and throws the lines away.</summary>
    public static RunningProcess Start(string folder, string input)
    {
        File.WriteAllText(input, "");
        return Run(folder, input, "nop: {}", "nop");
    }

    /// <summary>Tails a file at 5,000 lines/s into another; p99 of 300 lines from one to the other.</summary>
    public static async Task<double> LatencyP99MsAsync(string folder)
    {
        var (input, output) = (Path.Combine(folder, "otel-in.log"), Path.Combine(folder, "otel-out.json"));
        await File.WriteAllTextAsync(input, "");
        await using var collector = Run(folder, input, $"file: {{ path: '{output}', flush_interval: 100ms }}", "file");
        await Task.Delay(3000);
        var samples = new List<double>();
        var source = new LogLines(9);
        await using var file = new FileStream(input, FileMode.Append);
        long seen = 0;
        for (var i = 0; i < 300; i++)
        {
            var mark = $" mark{i:x6}q";
            var text = string.Concat(Enumerable.Range(0, 500).Select(n => source.Next(DateTimeOffset.UtcNow, n == 499 ? mark : "")));
            var clock = Stopwatch.StartNew();
            file.Write(System.Text.Encoding.ASCII.GetBytes(text));
            file.Flush();
            while (!Appeared(output, mark.Trim(), ref seen) && clock.Elapsed < Patience)
            {
                await Task.Delay(5);
            }

            samples.Add(clock.Elapsed.TotalMilliseconds);
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Max(0, 100 - clock.ElapsedMilliseconds)));
        }

        return Samples.Percentile(samples, 0.99);
    }

    /// <summary>Takes OTLP over gRPC on a loopback port and throws it away.</summary>
    public static RunningProcess StartOtlp(string folder, int port)
    {
        var config = Path.Combine(folder, "otel-otlp.yaml");
        File.WriteAllText(config, $$"""
            receivers:
              otlp: { protocols: { grpc: { endpoint: '127.0.0.1:{{port}}' } } }
            exporters:
              nop: {}
            service:
              telemetry: { metrics: { level: none } }
              pipelines:
                logs: { receivers: [otlp], exporters: [nop] }
            """);
        return RunningProcess.Start(Path.Combine(folder, "otel-otlp.log"), Binary, "--config", config);
    }

    private static bool Appeared(string output, string mark, ref long seen)
    {
        if (!File.Exists(output))
        {
            return false;
        }

        using var file = new FileStream(output, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Position = Math.Max(0, seen - 64);
        using var reader = new StreamReader(file);
        var text = reader.ReadToEnd();
        seen = file.Position;
        return text.Contains(mark, StringComparison.Ordinal);
    }

    private static RunningProcess Run(string folder, string input, string exporter, string name)
    {
        var config = Path.Combine(folder, $"otel-{name}.yaml");
        File.WriteAllText(config, $$"""
            receivers:
              filelog: { include: ['{{input}}'], start_at: beginning }
            exporters:
              {{exporter}}
            service:
              telemetry: { metrics: { level: none } }
              pipelines:
                logs: { receivers: [filelog], exporters: [{{name}}] }
            """);
        return RunningProcess.Start(Path.Combine(folder, $"otel-{name}.log"), Binary, "--config", config);
    }
}
