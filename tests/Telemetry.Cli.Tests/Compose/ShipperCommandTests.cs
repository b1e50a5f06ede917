using System.Diagnostics;
using Telemetry.Cli.Hosting;

namespace Telemetry.Cli.Tests.Compose;

/// <summary>The demo's command line, judged by the programs themselves.</summary>
public sealed class ShipperCommandTests
{
    private static readonly ComposeService Demo = ComposeFile.Parse(ComposeFile.Committed).Services["demo"];

    [Fact]
    public void TheShipperTakesItsFlags()
    {
        var shipper = Find("telemetry-shipper", "Telemetry.Shipper");
        Assert.Equal("exec", Demo.Command[0]);
        var flags = Demo.Command.Skip(1).TakeWhile(word => word != "--").ToArray();
        var (exitCode, said) = Run(shipper, ["config", "show", "--json", .. flags]);
        Assert.True(exitCode == 0, said);
        var help = Run(shipper, ["exec", "--help"]).Said;
        Assert.All(flags.Where(IsFlag), flag => Assert.Contains($"{flag} ", help, StringComparison.Ordinal));
        Assert.NotEqual(0, Run(shipper, ["config", "show", .. flags, "--no-such-flag"]).ExitCode);
    }

    [Fact]
    public void TheServiceTakesItsFlags()
    {
        var service = Find("telemetry-demo-service", "Telemetry.Demo");
        var usage = Run(service, []).Said;
        var words = Demo.Command.SkipWhile(word => word != "--").Skip(2).ToArray();
        Assert.All(words.Where(IsFlag), flag => Assert.Contains($"{flag} ", usage, StringComparison.Ordinal));
        Assert.Contains(words[0], usage.Split(' ')[1].Split('|'));
    }

    private static bool IsFlag(string word) => word.StartsWith("--", StringComparison.Ordinal);

    private static string Find(string name, string project)
    {
        var found = ProgramFinder.Find(name, project, Path.GetDirectoryName(Installation.Telemetry)!);
        Assert.SkipWhen(found is null, $"{name} is not built");
        return found!;
    }

    private static (int ExitCode, string Said) Run(string program, IEnumerable<string> arguments)
    {
        var info = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(info)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var said = process.StandardError.ReadToEnd() + output.Result;
        process.WaitForExit();
        return (process.ExitCode, said);
    }
}
