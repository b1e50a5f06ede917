using Telemetry.Shipping.Lanes;
using Telemetry.Spool;
using Lane = Telemetry.Wire.Lane;

namespace Telemetry.Shipper.Tests.Lanes;

public sealed class HeldSenderTests : IDisposable
{
    private readonly LaneLog _log = LaneLog.Open(Lane.Bulk, new MemorySpoolDirectory(),
        new SpoolOptions { SegmentBytes = 64 << 10, MaxBytes = 1 << 20, ReserveBytes = 256 << 10 }, TimeProvider.System);

    public void Dispose() => _log.Dispose();

    [Fact]
    public void ItIsWokenWhenTheLastHoldEnds()
    {
        _log.Hold();
        _log.Hold();
        Append();
        Assert.False(IsWoken());
        _log.Release();
        Assert.False(IsWoken());
        _log.Release();
        Assert.True(IsWoken());
        Append();
        Assert.True(IsWoken());
    }

    [Fact]
    public void NothingAppendedWakesNobody()
    {
        _log.Hold();
        _log.Release();
        Assert.False(IsWoken());
    }

    private void Append() => Assert.True(_log.TryAppendCheckpoint(new Checkpoint(true, "i", "b", [], [])));

    private bool IsWoken() => _log.Appended.Wait(TimeSpan.Zero, CancellationToken.None);
}
