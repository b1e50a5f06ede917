using System.Diagnostics;

namespace Telemetry.Spool.Tests;

/// <summary>A file system of one megabyte, really full.</summary>
[Trait("Category", "heavy")]
public sealed class FullDiskTests : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();
    private bool _mounted;

    public void Dispose()
    {
        if (_mounted)
        {
            Run("umount", _temporary.Path);
        }

        _temporary.Dispose();
    }

    [Fact]
    public async Task LogOnAFullDiskIsFullKeepsWhatItHasAndGoesOnWhenTrimmed()
    {
        _mounted = OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", _temporary.Path);
        Assert.SkipUnless(_mounted, "A file system cannot be mounted here.");
        var directory = new RealSpoolDirectory(_temporary["spool"]);
        var options = new SpoolOptions { SegmentBytes = 128 << 10, MaxBytes = 64 << 20 };
        using var log = SpoolLog.Open(directory, options, TimeProvider.System, out _);
        var appended = 0;
        while (log.TryAppend(Some.Payload(appended, 10_000), out _) is var result && result != AppendResult.Full)
        {
            Assert.Equal(AppendResult.Ok, result);
            appended++;
        }

        Assert.InRange(appended, 50, 110);
        Assert.IsType<SpoolDiskFullException>(log.LastError);
        Assert.True(await log.FlushAsync(log.End));
        Assert.Equal(Some.Payloads(0, appended, 10_000), Some.Content(log));
        log.Trim(log.End);
        await Eventually.Holds(
            () => log.TryAppend(Some.Payload(1), out _) == AppendResult.Ok, "there is space after the trim");
    }

    private static bool Run(string command, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
