using Telemetry.Tests.Support.Servers;

namespace Telemetry.Cli.Tests;

public sealed class PlainHttpTests
{
    [Fact]
    public async Task AServerThatSpeaksNoTlsIsNamedAsSuch()
    {
        await using var server = new NoTlsServer();

        var result = await new Cli().RunAsync("search", "*", "--url", $"https://{server.Authority}");

        Assert.Equal(
            (1, $"telemetry: https://{server.Authority}/ does not answer with TLS; perhaps http:// is meant.\n"), (result.ExitCode, result.Error));
    }
}
