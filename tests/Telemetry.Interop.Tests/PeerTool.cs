using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Telemetry.Interop.Tests;

/// <summary>A program of <c>../shared/tools</c> beside the repository.</summary>
internal static class PeerTool
{
    /// <summary>Path of the program; skips the test, naming what is missing, where it is absent.</summary>
    public static string Find(string name)
    {
        Assert.SkipUnless(Exists(name), $"../shared/tools/{name} is absent");
        return PathOf(name);
    }

    public static bool Exists(string name) => OperatingSystem.IsLinux() && File.Exists(PathOf(name));

    private static string PathOf(string name, [CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "../../../shared/tools", name));

    public static Process Start(string name, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(Find(name), arguments)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;

    /// <summary>Runs to the end; fails with its output when it does not end well within a minute.</summary>
    public static async Task RunAsync(string name, params string[] arguments)
    {
        using var process = Start(name, arguments);
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        }
        catch (TimeoutException)
        {
            process.Kill();
        }

        var said = $"{await output}{await errors}";
        Assert.True(process.ExitCode == 0, $"{name} ended with {process.ExitCode}: {said}");
    }
}
