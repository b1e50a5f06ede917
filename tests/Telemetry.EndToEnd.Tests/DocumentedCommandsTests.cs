using System.Diagnostics;
using System.Text.RegularExpressions;
using Telemetry.Tests.Support;

namespace Telemetry.EndToEnd.Tests;

/// <summary>
/// Runs what README, ARCHITECTURE and CONTRIBUTING tell people to run: every line of a <c>sh</c> block, in order, in one directory
/// of the test's own. A line that runs until Ctrl-C is started, waited for and interrupted after the block.
/// </summary>
[Trait("Category", "heavy")]
public partial class DocumentedCommandsTests(ITestOutputHelper output)
{
    /// <summary>Verbs that would run this test again or take minutes; they are known to ./build help.</summary>
    private static readonly string[] Long = ["./build test", "./build bench", "./build chaos", "./build fuzz", "./build format", "./build clean", "./build publish", "git clone", ".ci/run", "docker"];

    public static TheoryData<string> Documents => ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"];

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task EveryCommandOfTheDocumentWorks(string document)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Installation.Repository, document));
        foreach (Match block in ShellBlock().Matches(text))
        {
            await RunBlockAsync(block.Groups[1].Value);
        }
    }

    private async Task RunBlockAsync(string block)
    {
        await using var here = new Installation();
        foreach (var line in block.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var command = Comment().Replace(line, "").Trim();
            if (command.Length == 0)
            {
                continue;
            }

            output.WriteLine(command);
            if (Long.FirstOrDefault(l => command.StartsWith(l, StringComparison.Ordinal)) is { } verb)
            {
                AssertVerbIsKnown(verb);
            }
            else if (IsForeground(command))
            {
                await here.ReadyAsync(Start(command, here), isTls: command.Contains("--tls-cert", StringComparison.Ordinal));
            }
            else if (command.StartsWith("telemetry-shipper run", StringComparison.Ordinal))
            {
                Start(command, here);
            }
            else
            {
                AssertSucceeds(Localised(command, here), here);
            }
        }
    }

    private static RunningProcess Start(string command, Installation here) =>
        here.Start("foreground", "/bin/bash", "-c", "exec " + Localised(command, here));

    private static bool IsForeground(string command) => command.StartsWith("./build up", StringComparison.Ordinal)
        || command.StartsWith("telemetry up", StringComparison.Ordinal);

    /// <summary>The same command against this test's own ports and folders.</summary>
    private static string Localised(string command, Installation here)
    {
        command = BuildUp().Replace(command, "telemetry up ").Replace("/tmp/telemetry-try", here.Folder, StringComparison.Ordinal);
        command = command.Replace("telemetry-shipper ", Installation.Shipper + " ", StringComparison.Ordinal);
        command = TelemetryWord().Replace(command, Installation.Telemetry + " ");
        command = command.Replace("/var/lib/telemetry", here.Data, StringComparison.Ordinal)
            .Replace("telemetry.internal:4319", $"127.0.0.1:{here.GrpcPort}", StringComparison.Ordinal)
            .Replace("telemetry.internal:5080", $"127.0.0.1:{here.HttpPort}", StringComparison.Ordinal);
        return IsUp(command)
            ? $"{command} --data {here.Data} --http-port {here.HttpPort} --grpc-port {here.GrpcPort}"
            : command.Replace("127.0.0.1:4319", $"127.0.0.1:{here.GrpcPort}", StringComparison.Ordinal);
    }

    private static bool IsUp(string command) => command.StartsWith(Installation.Telemetry + " up", StringComparison.Ordinal);

    private static void AssertVerbIsKnown(string verb)
    {
        if (verb.StartsWith("./build ", StringComparison.Ordinal))
        {
            var help = Run("./build help", new Dictionary<string, string>(), out _);
            Assert.Contains(verb, help, StringComparison.Ordinal);
        }
    }

    /// <summary>Retried for a moment: a search may be quicker than the line it looks for.</summary>
    private static void AssertSucceeds(string command, Installation here)
    {
        var environment = new Dictionary<string, string> { ["TELEMETRY_CLIENT__URL"] = here.Url, ["TELEMETRY_DATA__DIRECTORY"] = here.Data };
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var printed = Run(command, environment, out var exitCode);
            if (exitCode == 0 && (printed.Length > 0 || !command.Contains(" search ", StringComparison.Ordinal)))
            {
                return;
            }

            if (clock.Elapsed > TimeSpan.FromSeconds(15))
            {
                Assert.Fail($"`{command}` ended with {exitCode} and printed:\n{printed}");
            }
        }
    }

    private static string Run(string command, Dictionary<string, string> environment, out int exitCode)
    {
        var info = new ProcessStartInfo("/bin/bash", ["-c", command + " 2>&1"])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = Installation.Repository,
        };
        foreach (var (name, value) in environment)
        {
            info.Environment[name] = value;
        }

        using var process = Process.Start(info)!;
        var printed = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        exitCode = process.ExitCode;
        return printed;
    }

    [GeneratedRegex("^```sh\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex ShellBlock();

    [GeneratedRegex(@"(^|\s)#\s.*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"^\./build up( -- )?")]
    private static partial Regex BuildUp();

    [GeneratedRegex(@"(?<![\w/.-])telemetry ")]
    private static partial Regex TelemetryWord();
}
