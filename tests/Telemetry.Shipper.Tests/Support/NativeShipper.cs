using System.Diagnostics;

namespace Telemetry.Shipper.Tests.Support;

/// <summary>The binary that is installed on servers, published once for all tests.</summary>
internal static class NativeShipper
{
    private static readonly Lazy<Task<string>> _published = new(PublishAsync);

    /// <summary>Its path; skips the test when it cannot be made here.</summary>
    public static Task<string> PublishedAsync => _published.Value;

    private static async Task<string> PublishAsync()
    {
        if (Environment.GetEnvironmentVariable("TELEMETRY_SHIPPER_AOT") is { Length: > 0 } published)
        {
            return published;
        }

        if (!Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(p => File.Exists(Path.Combine(p, "clang"))))
        {
            Assert.Skip("clang is not installed (apt-get install clang zlib1g-dev).");
        }

        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Telemetry.sln")))
        {
            root = Path.GetDirectoryName(root)!;
        }

        var output = Path.Combine(root, "artifacts", "aot-test");
        using var publish = Process.Start(new ProcessStartInfo("dotnet",
            ["publish", "shippers/Telemetry.Shipper", "-f", "net9.0", "-r", "linux-x64", "-c", "Release", "-p:PublishAot=true", "-o", output, "-v", "q"])
        {
            WorkingDirectory = root,
            RedirectStandardOutput = true,
        })!;
        var said = await publish.StandardOutput.ReadToEndAsync();
        await publish.WaitForExitAsync();
        Assert.True(publish.ExitCode == 0, said);
        return Path.Combine(output, "telemetry-shipper");
    }
}
