using Telemetry.Shipper.Tests.Support;

namespace Telemetry.Shipper.Tests.Heavy;

[Trait("Category", "heavy")]
public sealed class OtherVersionTests
{
    private const int VersionOffset = 8;

    [Fact]
    public async Task ASpoolOfAnotherVersionIsCalledThat()
    {
        using var data = new TemporaryDirectory();
        string[] pipe = ["pipe", "--name", "n", "--data", data.Path, "--gateway", "http://127.0.0.1:1", "--instance-id", "i-1", "--stop-wait", "200ms"];
        await ShipperProcess.RunAsync(pipe);
        var segment = Directory.GetFiles(Path.Combine(data.Path, "exec", "n", "critical"), "*.seg").Order().First();
        var bytes = File.ReadAllBytes(segment);
        bytes[VersionOffset]++;
        File.WriteAllBytes(segment, bytes);
        var (exitCode, _, error) = await ShipperProcess.RunAsync(pipe);
        Assert.Equal(0, exitCode);
        Assert.Contains("bytes of the Critical lane's log are of another version of the shipper and kept as damaged/", error);
    }
}
