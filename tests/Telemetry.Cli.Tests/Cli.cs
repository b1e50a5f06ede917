namespace Telemetry.Cli.Tests;

/// <summary>Runs command lines in this process against a world of the test's own.</summary>
internal sealed class Cli
{
    public Dictionary<string, string> Environment { get; } = new() { ["HOME"] = "/home/ada" };

    public string ConfigurationFile { get; set; } = "/does/not/exist.json";

    public HttpMessageHandler? Transport { get; set; }

    public bool Color { get; set; }

    public TextReader In { get; set; } = TextReader.Null;

    public async Task<CliResult> RunAsync(params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var context = new CliContext
        {
            Out = output,
            In = In,
            Error = error,
            Environment = Environment,
            Color = Color,
            DefaultConfigurationFile = ConfigurationFile,
            Time = new FakeTime(),
            Transport = Transport,
        };
        var exitCode = await TelemetryCli.RunAsync(args, context, TestContext.Current.CancellationToken);
        return new CliResult(exitCode, output.ToString(), error.ToString());
    }
}
