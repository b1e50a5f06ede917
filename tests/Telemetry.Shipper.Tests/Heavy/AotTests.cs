using System.Diagnostics;
using Telemetry.Shipper.Tests.Support;
using Telemetry.Wire;

namespace Telemetry.Shipper.Tests.Heavy;

/// <summary>The binary that is installed on servers: published ahead of time, not the one the other tests run.</summary>
[Trait("Category", "heavy")]
public sealed class AotTests
{
    private const int Lines = 300_000;

    [Fact]
    public async Task TheAotBinaryShipsAFileWithinItsMemory()
    {
        var program = await NativeShipper.PublishedAsync;
        using var data = new TemporaryDirectory();
        using var logs = new TemporaryDirectory();
        File.WriteAllLines(logs["a.log"], Enumerable.Range(0, Lines).Select(Line));
        await using var gateway = await RealGateway.StartAsync();
        var clock = Stopwatch.StartNew();
        using var shipper = new ShipperProcess(
            ["run", "--data", data.Path, "--watch", logs["*.log"], "--gateway", gateway.Address.ToString(), "--instance-id", "i-1"], null, program);
        await Eventually.Holds(() => gateway.Count >= Lines, "all lines have come", TimeSpan.FromSeconds(60));
        var elapsed = clock.Elapsed;
        shipper.Process.Refresh();
        var cpu = shipper.Process.TotalProcessorTime;
        var memory = shipper.Process.WorkingSet64 >> 20;
        TestContext.Current.SendDiagnosticMessage($"{Lines / elapsed.TotalSeconds:0} lines/s, {Lines / cpu.TotalSeconds:0} lines/s/core, {memory} MiB");
        shipper.Signal("TERM");
        var (exitCode, _, error) = await shipper.EndAsync();
        Assert.Equal(0, exitCode);
        Assert.DoesNotContain("ERROR", error);
        Assert.Equal(Lines, gateway.Lines().Count);
        Assert.Equal(0, gateway.Duplicates);
        Assert.InRange(memory, 1, 64);
        Assert.Contains(RecordKind.Heartbeat, gateway.Kinds());
    }

    [Fact]
    public async Task TenThousandLinesASecondAreCheap()
    {
        const int perTick = 1000;
        const int ticks = 100;
        var program = await NativeShipper.PublishedAsync;
        using var data = new TemporaryDirectory();
        using var logs = new TemporaryDirectory();
        await using var gateway = await RealGateway.StartAsync();
        using var log = new StreamWriter(Open(logs["a.log"]));
        using var shipper = new ShipperProcess(
            ["run", "--data", data.Path, "--watch", logs["*.log"], "--gateway", gateway.Address.ToString(), "--instance-id", "i-1"], null, program);
        await Eventually.Holds(() => gateway.Count > 0, "it is up");
        var before = shipper.Process.TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        for (var tick = 0; tick < ticks; tick++)
        {
            for (var i = 0; i < perTick; i++)
            {
                log.Write(Line(tick * perTick + i));
                log.Write('\n');
            }

            log.Flush();
            await timer.WaitForNextTickAsync();
        }

        shipper.Process.Refresh();
        var share = (shipper.Process.TotalProcessorTime - before) / clock.Elapsed;
        var memory = shipper.Process.WorkingSet64 >> 20;
        TestContext.Current.SendDiagnosticMessage($"{share:P1} of a core, {memory} MiB at 10,000 lines/s");
        await Eventually.Holds(() => gateway.Lines().Count >= perTick * ticks, "all lines have come");
        Assert.InRange(share, 0, 0.15);
        Assert.InRange(memory, 1, 48);
    }

    private static FileStream Open(string path) => new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);

    private static string Line(int i) =>
        $"{{\"@timestamp\":\"2026-01-02T03:04:05.{i % 1000:d3}Z\",\"log.level\":\"info\",\"service.name\":\"api\",\"message\":\"request {i} served\",\"trace.id\":\"{i * 2654435761L:x16}\",\"http.response.status_code\":200}}";
}
