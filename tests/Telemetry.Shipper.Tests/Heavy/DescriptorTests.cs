using Telemetry.Shipper.Tests.Support;

namespace Telemetry.Shipper.Tests.Heavy;

/// <summary>
/// Standard descriptors in every state that a parent may leave them in. The native binary, since another runtime takes other
/// numbers for itself.
/// </summary>
[Trait("Category", "heavy")]
public sealed class DescriptorTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _data = new();
    private RealGateway _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await RealGateway.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        _data.Dispose();
    }

    [Theory]
    [InlineData("<&-")]
    [InlineData(">&-")]
    [InlineData("2>&-")]
    [InlineData("<&- >&- 2>&-")]
    public async Task ClosedOnesAreAsIfTheyLedNowhere(string closed)
    {
        var (exitCode, _, _) = await (await ShellAsync($"exec \"$@\" -- sh -c 'echo out; echo err >&2; exit 4' {closed}", "exec")).EndAsync();
        Assert.Equal(4, exitCode);
        Assert.Equal(["err", "out"], _gateway.Lines().Order());
    }

    [Fact]
    public async Task RunGoesOnWithoutStandardError()
    {
        using var run = await ShellAsync("exec \"$@\" 2>&-", "run");
        await Eventually.Holds(() => _gateway.Count > 0, "it ships");
        run.Signal("TERM");
        Assert.Equal(0, (await run.EndAsync()).ExitCode);
    }

    private async Task<ShipperProcess> ShellAsync(string line, string verb) => new(
        ["-c", line, "sh", await NativeShipper.PublishedAsync, verb, "--data", _data.Path, "--gateway", _gateway.Address.ToString(),
            "--instance-id", "i-1"],
        null, "/bin/sh");
}
