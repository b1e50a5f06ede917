using System.CommandLine;
using System.Text;
using Telemetry.Cli.Commands;

namespace Telemetry.Cli.Tests;

public sealed class HelpTests
{
    [Fact]
    public async Task TheHelpOfEveryVerbIsAsApproved()
    {
        var help = new StringBuilder();
        foreach (var path in Paths(TelemetryRoot.Create(Context), []))
        {
            var result = await new Cli().RunAsync([.. path, "--help"]);
            Assert.Equal((0, ""), (result.ExitCode, result.Error));
            help.Append($"$ telemetry {string.Join(' ', path)} --help\n{string.Join('\n', result.Out.TrimEnd().Split('\n').Select(l => l.TrimEnd()))}\n\n");
        }

        Approved.Matches("help.txt", help.ToString());
    }

    [Theory]
    [InlineData("serach", "*")]
    [InlineData("search")]
    [InlineData("search", "*", "--limits", "5")]
    [InlineData("search", "*", "--limit", "many")]
    [InlineData("search", "*", "--limit", "-1")]
    [InlineData("up", "--data", "")]
    [InlineData("gateway", "--data", "")]
    [InlineData("up", "--config", "")]
    [InlineData("token", "create", "")]
    [InlineData("token", "create", " ")]
    [InlineData("token", "create", "x", "--data", "")]
    [InlineData("token", "create", "x", "--instance", "")]
    [InlineData("token", "revoke", "")]
    [InlineData("tls", "create", "")]
    [InlineData("tls", "create", "x", "--data", "")]
    [InlineData("lifetimes", "")]
    [InlineData("search", "*", "--url", "")]
    [InlineData("search", "*", "--follow", "--until", "now")]
    [InlineData("search", "*", "--follow", "--limit", "10001")]
    [InlineData("bus", "grow")]
    [InlineData("bus", "grow", "--partitions", "0")]
    [InlineData("bus", "grow", "--partitions", "4")]
    [InlineData("indexer", "rewind")]
    [InlineData("indexer", "rewind", "--to", "soon")]
    [InlineData("indexer", "rewind", "--to", "1h")]
    [InlineData("dlq", "show", "")]
    [InlineData("dlq", "list", "--limit", "0")]
    [InlineData("dlq", "drop")]
    [InlineData("dlq", "retry", "bulk-g1-0/1//", "--all")]
    [InlineData("store", "install", "--store", "https://es-1:9200", "--keep", "10m")]
    public async Task AMisspeltCommandLineIsUsage(params string[] args)
    {
        var result = await new Cli().RunAsync(args);

        Assert.Equal((2, ""), (result.ExitCode, result.Out));
        Assert.StartsWith("telemetry: ", result.Error);
    }

    private static CliContext Context => new()
    {
        Out = TextWriter.Null, Error = TextWriter.Null, Environment = new Dictionary<string, string>(),
    };

    private static IEnumerable<string[]> Paths(Command command, string[] path) =>
        command.Subcommands.Where(verb => !verb.Hidden).SelectMany(verb => Paths(verb, [.. path, verb.Name])).Prepend(path);
}
