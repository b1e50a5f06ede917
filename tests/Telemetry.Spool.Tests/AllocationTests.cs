namespace Telemetry.Spool.Tests;

public class AllocationTests
{
    [Fact]
    public void AppendingAndReadingAllocateNothingPerFrame()
    {
        using var temporary = new TemporaryDirectory();
        using var log = Some.Open(
            new RealSpoolDirectory(temporary.Path), new SpoolOptions { SegmentBytes = 4 << 20, MaxBytes = 16 << 20 });
        using var reader = log.OpenReader(default, durableOnly: false);
        var payload = Some.Payload(1, 1000);
        for (var i = 0; i < 50; i++)
        {
            Exchange();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            Exchange();
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000);

        void Exchange()
        {
            log.TryAppend(payload, out _);
            reader.TryRead(out _);
        }
    }
}
