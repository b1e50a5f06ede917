namespace Telemetry.EndToEnd.Tests;

/// <summary>`gateway`, `indexer` and `console` as processes of their own on one data directory.</summary>
[Trait("Category", "heavy")]
public sealed class SeparatePartsTests
{
    [Fact]
    public async Task TheyShareADataDirectoryInAnyOrderOfStart()
    {
        Commands.NeedShipper();
        await using var here = new Installation();
        var file = Path.Combine(here.Folder, "app.log");
        await File.WriteAllTextAsync(file, "one\n");

        await using var console = here.Start("console", Installation.Telemetry, "console", "--data", here.Data, "--http-port", $"{here.HttpPort}");
        await here.ReadyAsync(console);
        await using var indexer = here.Start("indexer", Installation.Telemetry, "indexer", "--data", here.Data);
        await using var gateway = here.Start("gateway", Installation.Telemetry, "gateway", "--data", here.Data, "--grpc-port", $"{here.GrpcPort}");
        await using var shipper = here.Start("shipper", Installation.Shipper, "run", "--gateway", here.Gateway,
            "--data", Path.Combine(here.Folder, "shipper"), "--instance-id", "parts", "--watch", file);

        await Eventually.Holds(async () => await here.CountAsync("message : one") == 1, "the line is found", TimeSpan.FromSeconds(20));
        var second = await here.TelemetryAsync("indexer", "--data", here.Data);
        Assert.Equal(2, second.ExitCode);
        Assert.Contains($"{indexer.Id}", second.Error);
    }
}
