using System.Diagnostics;

namespace Telemetry.EndToEnd.Tests;

/// <summary>Runs commands of the real binaries to their end.</summary>
internal static class Commands
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>`telemetry ARGS` against an installation.</summary>
    public static Task<CommandResult> TelemetryAsync(this Installation here, params string[] args) =>
        RunAsync(here, Installation.Telemetry, args);

    /// <summary>`telemetry-shipper ARGS` against an installation.</summary>
    public static Task<CommandResult> ShipperAsync(this Installation here, params string[] args) =>
        RunAsync(here, Installation.Shipper, args);

    /// <summary>Runs a program until it ends; one that does not within 30 s is killed and fails the test.</summary>
    public static async Task<CommandResult> RunAsync(this Installation here, string program, params string[] args)
    {
        var start = new ProcessStartInfo(program, args) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["TELEMETRY_URL"] = here.Url;
        start.Environment["TELEMETRY_DATA"] = here.Data;
        start.Environment["TELEMETRY_SHIPPER"] = Installation.Shipper;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"Not ended within {Deadline}: {program} {string.Join(' ', args)}\n{await output}\n{await error}");
        }

        return new CommandResult(process.ExitCode, await output, await error);
    }

    /// <summary>Skips where the shipper was not published.</summary>
    public static void NeedShipper()
    {
        if (!File.Exists(Installation.Shipper))
        {
            Assert.Skip("The native shipper is not published: clang or zlib1g-dev is missing.");
        }
    }
}
