using System.Runtime.CompilerServices;

namespace Telemetry.Spool.Tests;

/// <summary>
/// <c>golden/v1</c> is a log as version 0.1.0 wrote it; every later version must read it. Made by <see cref="Write"/> (run by name
/// with <c>-explicit only</c>): 4 KiB segments; 60 frames, cursor "ship" at the 50th, trim, another 60 frames, of which the
/// first segments are recycled ones. It is never written again: a new format gets a new folder.
/// </summary>
public class GoldenSpoolTests
{
    private static readonly SpoolOptions Options = new() { SegmentBytes = 4096, MaxBytes = 8 * 4096, Random = new Random(1) };

    [Fact]
    public void LogOfVersion1IsRead()
    {
        using var temporary = new TemporaryDirectory();
        foreach (var file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "golden", "v1")))
        {
            File.Copy(file, temporary[Path.GetFileName(file)]);
        }

        var directory = new RealSpoolDirectory(temporary.Path);
        var follower = SpoolFollower.Open(directory, default, TimeProvider.System);
        Assert.True(follower.TryRead(out var first));
        using var log = SpoolLog.Open(directory, Options, TimeProvider.System, out var recovery);
        Assert.Empty(recovery.Damages);
        Assert.Contains(DirectoryScan.Look(directory).Segments, s => s.Header.Recycled);
        var content = Some.Content(log);
        Assert.Equal(Some.Payloads(120 - content.Count, content.Count), content);
        Assert.Equal(content[0].Length, first.Payload.Length);
        Assert.InRange(content.Count, 70, 100);
        using var cursor = SpoolCursor.Open(directory, "ship");
        Assert.Equal(Some.Payloads(49, 71), Some.Content(log, cursor.Position));
        Some.Append(log, Some.Payload(120));
    }

    [Fact(Explicit = true)]
    public async Task Write()
    {
        var target = Folder();
        Directory.CreateDirectory(target);
        Assert.Empty(Directory.GetFiles(target));
        var directory = new RealSpoolDirectory(target);
        using (var log = SpoolLog.Open(directory, Options, new FakeTime(), out _))
        {
            var positions = Some.Append(log, 0, 60);
            Assert.True(await log.FlushAsync(positions[^1]));
            using var cursor = SpoolCursor.Open(directory, "ship");
            Assert.True(cursor.Save(positions[40]));
            Assert.True(cursor.Save(positions[49]));
            log.Trim(positions[49]);
            await Eventually.Holds(() => HeadFile.TryRead(directory)!.Value.Start > 0, "the trim is durable");
            Some.Append(log, 60, 60);
        }

        File.Delete(Path.Combine(target, "lock"));
    }

    private static string Folder([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "golden", "v1");
}
