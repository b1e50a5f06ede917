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

    [Fact]
    public async Task OneThatDoesNotBlockIsWaitedFor()
    {
        // The reader opens the pipe, makes it non-blocking for everyone and reads only when the shipper waits for it.
        const string reader = "import os, sys, time\nos.set_blocking(1, False)\nos.execv(sys.argv[1], sys.argv[1:])";
        Assert.SkipUnless(File.Exists("/usr/bin/python3"), "python3 is not installed.");
        File.WriteAllText(_data["nonblocking.py"], reader);
        using var exec = await ShellAsync(
            $"python3 {_data["nonblocking.py"]} \"$@\" -- head -c 500000 /dev/zero | {{ until [ -e {_data["go"]} ]; do sleep 0.05; done; wc -c; }}", "exec");
        await Eventually.Holds(() => _gateway.Kinds().Contains(Wire.RecordKind.Heartbeat), "it ships");
        File.WriteAllText(_data["go"], "");
        Assert.Equal("500000\n", (await exec.EndAsync()).Output);
    }

    private async Task<ShipperProcess> ShellAsync(string line, string verb) => new(
        ["-c", line, "sh", await NativeShipper.PublishedAsync, verb, "--data", _data.Path, "--gateway", _gateway.Address.ToString(),
            "--instance-id", "i-1"],
        null, "/bin/sh");
}
