using System.Text.Json;

namespace Telemetry.EndToEnd.Tests;

/// <summary>A process that ends badly under `telemetry-shipper exec`.</summary>
[Trait("Category", "heavy")]
public sealed class CrashTests
{
    [Fact]
    public async Task ASignalIsFoundAmongTheCrashes()
    {
        Commands.NeedShipper();
        await using var here = new Installation();
        await using var up = await here.UpAsync("--no-shipper");

        var ended = await here.ShipperAsync("exec", "--gateway", here.Gateway, "--data", Path.Combine(here.Folder, "exec"),
            "--instance-id", "victim", "--host-name", "victim", "--name", "shop", "--", "/bin/sh", "-c", "echo last words >&2; kill -SEGV $$");

        Assert.Equal(139, ended.ExitCode);
        var crash = await CrashAsync(here);
        Assert.Contains("SIGSEGV", crash);
        await Eventually.Holds(async () => await here.CountAsync("crash.signal : SIGSEGV and service.name : shop") == 1, "the crash is a document");
        await Eventually.Holds(async () => await here.CountAsync("\"last words\" and not crash.id : *") == 1, "the line of standard error is a document");
        var table = await here.TelemetryAsync("crashes");
        Assert.Contains("SIGSEGV", table.Out);
        Assert.Contains("victim", table.Out);
    }

    [Fact]
    public async Task AnUnhandledExceptionIsTakenApart()
    {
        Commands.NeedShipper();
        await using var here = new Installation();
        await using var up = await here.UpAsync("--no-shipper");
        var service = Path.Combine(Installation.Repository, "artifacts/bin/Telemetry.Demo/release/telemetry-demo-service");

        var ended = await here.ShipperAsync("exec", "--gateway", here.Gateway, "--data", Path.Combine(here.Folder, "exec"),
            "--instance-id", "victim", "--name", "shop", "--", service, "worker", "--name", "w", "--rate", "50", "--throw-after", "0.2");

        Assert.Equal(134, ended.ExitCode);
        var crash = await CrashAsync(here);
        Assert.Contains("System.InvalidOperationException", crash);
        Assert.Contains("Order 4711 could not be placed", crash);
        await Eventually.Holds(async () => await here.CountAsync("error.type : System.InvalidOperationException and crash.inner : *TimeoutException*") == 1, "the inner exception is a field");
    }

    private static async Task<string> CrashAsync(Installation here)
    {
        var text = "";
        await Eventually.Holds(
            async () =>
            {
                using var answer = await here.GetAsync("/api/v1/crashes");
                var crashes = answer.RootElement.GetProperty("crashes");
                text = crashes.GetRawText();
                return crashes.GetArrayLength() == 1;
            },
            "one crash is known");
        return text;
    }
}
