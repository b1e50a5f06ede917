using Telemetry.Shipper.Tests.Support;

namespace Telemetry.Shipper.Tests.Sending;

public sealed class LaneSenderTests : IDisposable
{
    private readonly TemporaryDirectory _logs = new();
    private readonly TemporaryDirectory _data = new();

    public void Dispose()
    {
        _logs.Dispose();
        _data.Dispose();
    }

    [Fact]
    public async Task AFaultThatNobodyExpectedIsCountedSaidAndTriedAgain()
    {
        File.WriteAllLines(_logs["a.log"], ["one", "two"]);
        var gateway = new FakeGateway();
        for (var i = 0; i < 4; i++)
        {
            gateway.Faults.Enqueue(new DivideByZeroException("a mistake"));
        }

        await using var shipper = new TestShipper(_data.Path, _logs["*.log"], gateway, new FakeTime());
        await shipper.ReadToTheLastByteAsync();
        Assert.Equal(["one", "two"], gateway.Lines());
        Assert.Equal(4, shipper.Diagnostics.Faults);
        Assert.Contains("lane failed unexpectedly: System.DivideByZeroException: a mistake", shipper.Output.ToString());
    }
}
