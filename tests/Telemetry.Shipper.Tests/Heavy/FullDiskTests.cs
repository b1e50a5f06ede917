using System.Diagnostics;
using Telemetry.Protos.V1;
using Telemetry.Shipper.Tests.Support;
using Telemetry.Wire;

namespace Telemetry.Shipper.Tests.Heavy;

/// <summary>The shipper's data on a file system that runs full while the gateway is away.</summary>
[Trait("Category", "heavy")]
public sealed class FullDiskTests : IAsyncLifetime
{
    private const int Lines = 24_000;

    private readonly TemporaryDirectory _data = new();
    private readonly TemporaryDirectory _lines = new();
    private bool _mounted;

    public async ValueTask InitializeAsync()
    {
        var random = new Random(5);
        var bytes = new byte[750];
        await File.WriteAllLinesAsync(_lines["lines"], Enumerable.Range(0, Lines).Select(i =>
        {
            random.NextBytes(bytes);
            return $"{i} {Convert.ToBase64String(bytes)}";
        }));
    }

    public async ValueTask DisposeAsync()
    {
        if (_mounted)
        {
            await RunAsync("umount", _data.Path);
        }

        _data.Dispose();
        _lines.Dispose();
    }

    [Theory]
    [InlineData("12m", false)]
    [InlineData("48m", true)]
    public async Task APipeIsReadNoFurtherAndNothingOfItIsLost(string size, bool filledByAnother)
    {
        await MountAsync(size);
        var address = await FreeAddressAsync();
        using var pipe = new ShipperProcess(["pipe", "--name", "numbers", .. Common(address)]);
        if (filledByAnother)
        {
            await Eventually.Holds(() => Directory.GetFiles(_data.Path, "*.seg", SearchOption.AllDirectories).Length >= 4, "its files are there");
            await FillAsync();
        }

        var writing = Task.Run(() =>
        {
            foreach (var line in File.ReadLines(_lines["lines"]))
            {
                pipe.Process.StandardInput.Write(line + "\n");
            }
        });
        await Eventually.Holds(() => FreeBytes() < 1 << 20 || writing.IsCompleted, "the disk is full", TimeSpan.FromSeconds(30));
        Assert.False(writing.IsCompleted);

        await using var gateway = await RealGateway.StartAsync(address.Port);
        await writing.WaitAsync(TimeSpan.FromSeconds(60));
        var (exitCode, _, error) = await pipe.EndAsync();
        Assert.Equal(0, exitCode);
        Assert.Contains("Everything is acknowledged.", error);
        Assert.Equal(File.ReadLines(_lines["lines"]), gateway.Lines());
        Assert.Empty(gateway.Messages(RecordKind.Loss, Loss.Parser));
    }

    [Fact]
    public async Task AWorkloadIsNotHeldUpAndWhatIsDroppedIsDeclaredToTheLine()
    {
        await MountAsync("12m");
        var address = await FreeAddressAsync();
        using var exec = new ShipperProcess(
            ["exec", "--name", "flood", "--quiet", "--stop-wait", "30s", .. Common(address), "--", "/bin/sh", "-c", $"cat {_lines["lines"]}; touch {_lines["done"]}; exit 3"]);
        await Eventually.Holds(() => File.Exists(_lines["done"]), "the workload is through", TimeSpan.FromSeconds(30));

        await using var gateway = await RealGateway.StartAsync(address.Port);
        var (exitCode, _, error) = await exec.EndAsync();
        Assert.Equal(3, exitCode);
        Assert.DoesNotContain("do not add up", error);
        var lost = gateway.Messages(RecordKind.Loss, Loss.Parser).Where(l => l.Reason == LossReason.SpoolFull).ToList();
        Assert.NotEmpty(lost);
        Assert.Equal(Lines, gateway.Lines().Count + lost.Sum(l => (int)l.Count));
        Assert.Equal(3, Assert.Single(gateway.Messages(RecordKind.Crash, Crash.Parser)).ExitCode);
    }

    [Fact]
    public async Task ACrashOnADiskWithNoRoomAtAllIsShippedFromMemory()
    {
        await MountAsync("1m");
        await FillAsync();
        await using var gateway = await RealGateway.StartAsync();
        using var exec = new ShipperProcess(
            ["exec", "--name", "victim", .. Common(gateway.Address), "--", "/bin/sh", "-c", "echo disk full >&2; kill -SEGV $$"]);
        var (exitCode, _, error) = await exec.EndAsync();
        Assert.Equal(139, exitCode);
        Assert.Contains("The disk is full", error);
        Assert.Equal("disk full", Assert.Single(gateway.Lines()));
        Assert.Equal(11, Assert.Single(gateway.Messages(RecordKind.Crash, Crash.Parser)).Signal);
    }

    [Fact]
    public async Task APipeThatCanBeNeitherKeptNorShippedEndsWhenAskedToAndSaysSo()
    {
        await MountAsync("1m");
        await FillAsync();
        var address = await FreeAddressAsync();
        using var pipe = new ShipperProcess(["pipe", "--name", "numbers", "--stop-wait", "1s", .. Common(address)]);
        var writing = Task.Run(() =>
        {
            foreach (var line in File.ReadLines(_lines["lines"]))
            {
                pipe.Process.StandardInput.Write(line + "\n");
            }
        });
        await Eventually.Holds(() => pipe.Process.TotalProcessorTime > TimeSpan.FromMilliseconds(200), "it reads", TimeSpan.FromSeconds(20));
        pipe.Signal("TERM");
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await pipe.Process.WaitForExitAsync(deadline.Token);
        Assert.Equal(1, pipe.Process.ExitCode);

        // Either all was taken and dropped, or nobody reads any more.
        Assert.Same(writing, await Task.WhenAny(writing, Task.Delay(TimeSpan.FromSeconds(20))));
        Assert.True(writing.Exception?.InnerException is null or IOException);
    }

    [Fact]
    public async Task AServerThatBootsWithAFullDiskIsHeardOf()
    {
        await MountAsync("24m");
        await FillAsync();
        await using var gateway = await RealGateway.StartAsync();
        using var run = new ShipperProcess(["run", "--watch", _lines["lines"], .. Common(gateway.Address)]);
        await Eventually.Holds(() => gateway.Kinds().Contains(RecordKind.Heartbeat), "it gives signs of life", TimeSpan.FromSeconds(20));
        Assert.Empty(gateway.Lines());

        File.Delete(_data["filler"]);
        await Eventually.Holds(() => gateway.Lines().Count == Lines, "its lines follow when there is room", TimeSpan.FromSeconds(60));
        run.Signal("TERM");
        Assert.Equal(0, (await run.EndAsync()).ExitCode);
    }

    private async Task MountAsync(string size)
    {
        _mounted = OperatingSystem.IsLinux() && await RunAsync("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", _data.Path);
        Assert.SkipUnless(_mounted, "A file system cannot be mounted here.");
    }

    private async Task FillAsync()
    {
        await using var file = new FileStream(_data["filler"], FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
            {
                file.Write(new byte[4096]);
            }
        }
        catch (IOException)
        {
            // Full, to the last page.
        }
    }

    private IEnumerable<string> Common(Uri gateway) =>
        ["--data", _data.Path, "--gateway", gateway.ToString(), "--instance-id", "i-1", "--ack-timeout", "2s"];

    private long FreeBytes() => new DriveInfo(_data.Path).AvailableFreeSpace;

    /// <summary>An address at which nobody listens yet.</summary>
    private static async Task<Uri> FreeAddressAsync()
    {
        await using var gateway = await RealGateway.StartAsync();
        return gateway.Address;
    }

    private static async Task<bool> RunAsync(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }
}
