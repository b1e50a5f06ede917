using System.Diagnostics;

namespace Telemetry.Console.Tests;

/// <summary>Debian's headless chromium.</summary>
internal static class Browser
{
    /// <summary>Without a window, and without a word to anyone.</summary>
    public static readonly string[] Flags =
    [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
    ];

    private static readonly string? Installed = Environment.GetEnvironmentVariable("PATH")?.Split(':')
        .SelectMany(folder => (string[])[Path.Combine(folder, "chromium"), Path.Combine(folder, "chromium-browser")])
        .FirstOrDefault(File.Exists);

    /// <summary>Path of the program. Skips the test where there is none.</summary>
    public static string Program
    {
        get
        {
            if (Installed is null)
            {
                Assert.Skip("chromium is not installed: apt-get install chromium");
            }

            return Installed;
        }
    }

    /// <summary>The document after it was loaded and its scripts ran.</summary>
    public static async Task<string> DomAsync(Uri url)
    {
        using var profile = new TemporaryDirectory();
        var start = new ProcessStartInfo(Program, [.. Flags, "--dump-dom", $"--user-data-dir={profile.Path}", url.ToString()])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            var errors = process.StandardError.ReadToEndAsync(deadline.Token);
            var dom = await process.StandardOutput.ReadToEndAsync(deadline.Token);
            await errors;
            await process.WaitForExitAsync(deadline.Token);
            return dom;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
