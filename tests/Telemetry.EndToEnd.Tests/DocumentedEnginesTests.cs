using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Telemetry.Tests.Support.Servers;

namespace Telemetry.EndToEnd.Tests;

/// <summary>
/// Runs the lines by which the README switches to Kafka and Elasticsearch, with the addresses of real servers in place of the printed
/// ones. Their fence is "bash" and not "sh", as they need these servers and run beside each other.
/// </summary>
[Trait("Category", "heavy")]
public sealed partial class DocumentedEnginesTests(RealEngines engines, ITestOutputHelper output) : IClassFixture<RealEngines>
{
    [Fact]
    public async Task EveryLineWorks()
    {
        RealEngines.Need();
        var readme = await File.ReadAllTextAsync(Path.Combine(Installation.Repository, "README.md"));
        string[] lines = [.. Block().Match(readme).Groups[1].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => Comment().Replace(line, ""))];
        Assert.Equal(["gateway", "indexer", "console", "search"], lines.Select(line => line.Split(' ')[1]));
        foreach (var (number, line) in lines.SkipLast(1).Index())
        {
            await StartAsync(line, $"documented-{number}");
        }

        await engines.ShipAsync("documented");
        await Eventually.Holds(async () => (await RunAsync(lines[^1])).Contains("documented", StringComparison.Ordinal), "it is printed", TimeSpan.FromSeconds(30));
    }

    /// <summary>Starts a part and waits until it says that it is well.</summary>
    private async Task StartAsync(string line, string name)
    {
        var (port, other) = (FreePort.One(), FreePort.One());
        var command = Localised(line).Replace("--metrics-port 9100", $"--metrics-port {port}", StringComparison.Ordinal)
            .Replace("--metrics-port 9101", $"--metrics-port {port}", StringComparison.Ordinal);
        command += line.Contains(" gateway ", StringComparison.Ordinal) ? string.Create(CultureInfo.InvariantCulture, $" --grpc-port {other}") : "";
        command += line.Contains(" console ", StringComparison.Ordinal) ? string.Create(CultureInfo.InvariantCulture, $" --http-port {port}") : "";
        command += $" --data {Path.Combine(engines.Here.Folder, name)}";
        output.WriteLine(command);
        var process = engines.Here.Start(name, "/bin/bash", "-c", "exec " + command);
        await Eventually.Holds(
            async () =>
            {
                Assert.False(process.HasExited, $"`{line}` ended.");
                try
                {
                    return (await RealEngines.GetAsync(new Uri($"http://127.0.0.1:{port}"), "/healthz")).Contains("\"status\":\"ok\"", StringComparison.Ordinal);
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            $"`{line}` is well", TimeSpan.FromSeconds(60));
    }

    private async Task<string> RunAsync(string line)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/bash", ["-c", Localised(line)]) { RedirectStandardOutput = true })!;
        var printed = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return printed;
    }

    private string Localised(string line)
    {
        var command = line.Replace("kafka://k-1:9092,k-2:9092", $"'{engines.Bus}'", StringComparison.Ordinal)
            .Replace("https://es-1:9200", engines.Store, StringComparison.Ordinal)
            .Replace("telemetry ", Installation.Telemetry + " ", StringComparison.Ordinal);
        Assert.DoesNotContain("-1:9", command, StringComparison.Ordinal);
        return command;
    }

    [GeneratedRegex("^```bash\n(telemetry gateway --bus kafka://.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();

    [GeneratedRegex(@"\s+#\s.*$")]
    private static partial Regex Comment();
}
