using Microsoft.Extensions.Logging;
using Telemetry.Cli.Hosting;

namespace Telemetry.Cli.Tests;

public sealed class PlainLoggerTests
{
    [Fact]
    public void LinesArePlain()
    {
        var output = new StringWriter();
        using var provider = new PlainLoggerProvider(output, LogLevel.Information, new FakeTime());
        var logger = provider.CreateLogger("Telemetry.Gateway.GatewayHost");

        logger.LogInformation("It listens on {Address}", "here");
        logger.LogDebug("Unseen");
        logger.LogError(new IOException("No space left on device"), "A batch was lost");

        Assert.Equal(
            "2026-01-02T03:04:05.000Z INFO  gatewayhost: It listens on here\n2026-01-02T03:04:05.000Z ERROR gatewayhost: A batch was lost: IOException: No space left on device\n",
            output.ToString());
    }

    [Fact]
    public void AMessageIsOneLineWhateverItSays()
    {
        var output = new StringWriter();
        using var provider = new PlainLoggerProvider(output, LogLevel.Information, new FakeTime());

        provider.CreateLogger("Telemetry.Main").LogWarning(new IOException("this\r\nand that"), "It failed:\n{What}", "so");

        Assert.Equal("2026-01-02T03:04:05.000Z WARN  main: It failed: so: IOException: this and that\n", output.ToString());
    }
}
