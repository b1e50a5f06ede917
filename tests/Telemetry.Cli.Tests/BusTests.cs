using System.Text.Json;
using Telemetry.Bus;
using Telemetry.Bus.SegmentLog;
using Telemetry.Wire;

namespace Telemetry.Cli.Tests;

public sealed class BusTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Cli _cli = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task TheEmbeddedBusIsDescribedWhileItIsWritten()
    {
        await using var bus = new SegmentLogBus(_directory["bus"], new SegmentLogOptions { SegmentBytes = 4096 }, TimeProvider.System);
        await using var writer = bus.OpenWriter();
        var stamp = new BusStamp(LifetimeId.From("i-1", "b-1"), "i-1", "", "::1", 1_767_323_045_000_000);
        await writer.AppendAsync(Lane.Bulk, stamp, new byte[100], TestContext.Current.CancellationToken);

        var result = await _cli.RunAsync("bus", "describe", "--data", _directory.Path);
        var json = await _cli.RunAsync("bus", "describe", "--data", _directory.Path, "--json");

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Approved.Matches("bus-embedded.txt", result.Out);
        using var document = JsonDocument.Parse(json.Out);
        var lanes = document.RootElement.GetProperty("lanes");
        Assert.Equal("2026-01-02T03:04:05.000000Z", lanes[1].GetProperty("oldest_at").GetString());
        Assert.True(lanes[1].GetProperty("lag_bytes").GetInt64() > 100);
    }

    [Fact]
    public async Task ABusThatDoesNotExistYetIsEmptyAndIsNotMade()
    {
        var result = await _cli.RunAsync("bus", "describe", "--data", _directory["none"]);

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.False(Directory.Exists(_directory["none"]));
    }

    [Fact]
    public async Task TheEmbeddedBusHasNothingToRewindAndSaysWhatToDo()
    {
        var result = await _cli.RunAsync("indexer", "rewind", "--to", "1h", "--data", _directory.Path);

        Assert.Equal((2, ""), (result.ExitCode, result.Out));
        Assert.Contains("The store knows what it has", result.Error, StringComparison.Ordinal);
        Assert.Contains(_directory["store"], result.Error, StringComparison.Ordinal);
    }
}
