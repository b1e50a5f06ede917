using System.Runtime.Versioning;
using Telemetry.Shipper.Tests.Support;

namespace Telemetry.Shipper.Tests.Heavy;

/// <summary>The shipper as a user that may not read its token.</summary>
[Trait("Category", "heavy")]
[SupportedOSPlatform("linux")]
public sealed class FaultTests : IAsyncLifetime
{
    private const UnixFileMode Everything = (UnixFileMode)0x1ff;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly string[] _asNobody = ["--reuid", "65534", "--regid", "65534", "--clear-groups"];

    private readonly TemporaryDirectory _data = new();
    private readonly TemporaryDirectory _logs = new();
    private RealGateway _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _gateway = await RealGateway.StartAsync();
        File.WriteAllText(_logs["a.log"], "one\n");
        File.WriteAllText(_logs["token"], "secret");
        File.SetUnixFileMode(_logs["token"], OwnerOnly);
        File.SetUnixFileMode(_logs.Path, Everything);
        File.SetUnixFileMode(_data.Path, Everything);
        Assert.SkipUnless(Environment.UserName == "root" && File.Exists("/usr/bin/setpriv"), "Only root can become another user.");
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        _data.Dispose();
        _logs.Dispose();
    }

    [Fact]
    public async Task ATokenThatCannotBeReadIsSaidAndTriedAgain()
    {
        using var shipper = AsNobody("run", "--watch", _logs["*.log"]);
        var sentence = $"WARN  The Critical lane has no gateway, nothing is lost and it tries again: {Name}: The token file '{_logs["token"]}' cannot be read";
        await Eventually.Holds(() => shipper.Said.Contains(sentence), "it is said", TimeSpan.FromSeconds(20));
        Assert.Empty(_gateway.Lines());
        // The gateway knows no token, and takes whoever brings none.
        File.WriteAllText(_logs["token"], "");
        File.SetUnixFileMode(_logs["token"], Everything);
        await Eventually.Holds(() => _gateway.Lines().Contains("one"), "the line has come", TimeSpan.FromSeconds(20));
        shipper.Signal("TERM");
        Assert.Equal(0, (await shipper.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task ExecReturnsTheCommandsExitCodeWhateverHappensToShipping()
    {
        using var exec = AsNobody("exec", "--", "sh", "-c", "exit 5");
        var (exitCode, _, error) = await exec.EndAsync();
        Assert.Equal(5, exitCode);
        Assert.Contains("cannot be read", error);
    }

    private string Name => _gateway.Address.GetLeftPart(UriPartial.Authority);

    private ShipperProcess AsNobody(string verb, params string[] more)
    {
        string[] common = ["--data", _data.Path, "--gateway", _gateway.Address.ToString(), "--instance-id", "i-1", "--stop-wait", "1s",
            "--token-file", _logs["token"]];
        return new ShipperProcess([.. _asNobody, ShipperProcess.Program, verb, .. common, .. more], null, "setpriv");
    }
}
