using System.Diagnostics;
using Telemetry.Tests.Support.Servers;

namespace Telemetry.EndToEnd.Tests;

/// <summary>The applications of tests/Applications, run as they are against the gateway of an installation.</summary>
internal static class Applications
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(10) };

    private static string NativeTill => Path.Combine(Installation.Repository, "artifacts/publish-till/Till");

    /// <summary>The web service: a request that is served and one that fails, then SIGTERM.</summary>
    public static async Task RunShopAsync(Installation here)
    {
        var port = FreePort.One();
        await using var shop = Start(here, Built("Shop"), "--urls", $"http://127.0.0.1:{port}");
        await Eventually.Holds(
            async () =>
            {
                try
                {
                    return await Http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/orders/7")) == "order 7";
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            "the shop serves", TimeSpan.FromSeconds(30));
        using var failed = await Http.GetAsync(new Uri($"http://127.0.0.1:{port}/orders/0"));
        Assert.Equal(System.Net.HttpStatusCode.InternalServerError, failed.StatusCode);
        await shop.StopAsync();
    }

    /// <summary>The worker, until it ends by itself.</summary>
    public static Task RunCourierAsync(Installation here) => EndAsync(Start(here, Built("Courier")));

    /// <summary>The console tool under a name, until it ends by itself.</summary>
    public static Task RunTillAsync(Installation here, string name) => EndAsync(Start(here, Built("Till", "release_net10.0"), name));

    /// <summary>The same as native code.</summary>
    public static Task RunNativeTillAsync(Installation here, string name) => EndAsync(Start(here, NativeTill, name, Path.Combine(here.Folder, name)));

    /// <summary>Publishes the console tool as native code; skips where that cannot be linked.</summary>
    public static async Task PublishTillAsync()
    {
        Commands.NeedShipper();
        using var publish = Process.Start(new ProcessStartInfo("dotnet",
            ["publish", Path.Combine(Installation.Repository, "tests/Applications/Till"), "-c", "Release", "-f", "net9.0", "-r", "linux-x64",
                "-p:PublishAot=true", "-o", Path.GetDirectoryName(NativeTill)!, "-v", "q", "--nologo", "-clp:NoSummary"])
        {
            RedirectStandardOutput = true,
        })!;
        var said = await publish.StandardOutput.ReadToEndAsync();
        await publish.WaitForExitAsync();
        Assert.True(publish.ExitCode == 0, said);
    }

    private static string Built(string name, string configuration = "release") =>
        Path.Combine(Installation.Repository, "artifacts/bin", name, configuration, name);

    private static RunningProcess Start(Installation here, string program, params string[] args) =>
        here.Start(Path.GetFileName(program), "/usr/bin/env", [$"TELEMETRY_SINK__ENDPOINT={here.Gateway}", program, .. args]);

    private static async Task EndAsync(RunningProcess process)
    {
        await using (process)
        {
            await Eventually.Holds(() => process.HasExited, "it ends by itself", TimeSpan.FromSeconds(30));
        }
    }
}
