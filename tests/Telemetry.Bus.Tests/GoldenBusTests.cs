using System.Runtime.CompilerServices;
using Telemetry.Bus.SegmentLog;
using Telemetry.Wire;

namespace Telemetry.Bus.Tests;

/// <summary>
/// <c>golden/v1</c> is a bus as version 0.1.0 wrote it; every later version must read it. Made by <see cref="Write"/> (run by name
/// with <c>-explicit only</c>): 4 KiB segments, 30 entries in bulk, 5 in critical, bulk indexed up to the 20th. It is never
/// written again: a new format gets a new folder.
/// </summary>
public class GoldenBusTests
{
    [Fact]
    public async Task BusOfVersion1IsRead()
    {
        using var temporary = new TemporaryDirectory();
        foreach (var lane in new[] { "critical", "bulk" })
        {
            Directory.CreateDirectory(temporary[lane]);
            foreach (var file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "golden", "v1", lane)))
            {
                File.Copy(file, temporary[Path.Combine(lane, Path.GetFileName(file))]);
            }
        }

        List<string> problems = [];
        await using var bus = new SegmentLogBus(
            temporary.Path, Some.Options with { OnProblem = problems.Add }, TimeProvider.System);
        await CheckAsync(bus);
        await using var writer = bus.OpenWriter();
        await CheckAsync(bus);
        Assert.Empty(problems);
    }

    [Fact(Explicit = true)]
    public async Task Write()
    {
        var target = Folder();
        Assert.False(Directory.Exists(target));
        await using (var bus = new SegmentLogBus(target, Some.Options, new FakeTime()))
        {
            await using var writer = bus.OpenWriter();
            var positions = await Some.Append(writer, 0, 30, Lane.Bulk);
            await Some.Append(writer, 100, 5, Lane.Critical);
            bus.AllowTrim(Lane.Bulk, positions[20]);
        }

        File.Delete(Path.Combine(target, "bulk", "lock"));
        File.Delete(Path.Combine(target, "critical", "lock"));
    }

    private static async Task CheckAsync(SegmentLogBus bus)
    {
        await using var bulk = bus.OpenReader(Lane.Bulk, default, out _);
        Assert.True(bulk.TryRead(out var first));
        Assert.Equal((Some.Stamp(), new BusPosition(64)), (first.Stamp, first.Position));
        Assert.Equal(Some.Bodies(1, 29), Some.Read(bulk));
        await using var critical = bus.OpenReader(Lane.Critical, default, out _);
        Assert.Equal(Some.Bodies(100, 5), Some.Read(critical));
    }

    private static string Folder([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "golden", "v1");
}
