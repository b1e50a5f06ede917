using Telemetry.Spool.Tests.Model;

namespace Telemetry.Spool.Tests;

/// <summary>Whatever lies in the directory, the log opens, goes on, and gives no byte that was not appended.</summary>
public class HostileFilesTests
{
    private readonly ManualWorkers _workers = new();

    [Fact]
    public void RandomBytesAsSegmentsAreSetAside()
    {
        var random = new Random(7);
        for (var round = 0; round < 200; round++)
        {
            var directory = new ModelDirectory();
            for (var file = 0; file < 3; file++)
            {
                var bytes = new byte[random.Next(6000)];
                random.NextBytes(bytes);
                if (random.Next(2) == 0)
                {
                    "TELSPOOL\x01\0"u8[..Math.Min(10, bytes.Length)].CopyTo(bytes);
                }

                Some.WriteFile(directory, $"{file:x8}.seg", bytes);
            }

            var noise = new byte[1024];
            random.NextBytes(noise);
            Some.WriteFile(directory, "head", noise);
            Some.WriteFile(directory, "ship.cursor", noise);
            using var log = Open(directory, out var recovery);
            Assert.Equal(3, recovery.Damages.Count);
            Assert.All(recovery.Damages, d => Assert.Equal(SpoolDamageKind.ForeignFile, d.Kind));
            Assert.Equal(default, SpoolCursor.Open(directory, "ship").Position);
            StillWorks(log);
        }
    }

    [Fact]
    public void LogWithASegmentCutAtAnyByteOpensWithAllThatIsLeft()
    {
        var (directory, payloads) = SmallLog();
        foreach (var segment in DirectoryScan.Look(directory).Segments)
        {
            var bytes = Some.ReadFile(directory, segment.FileName);
            var frameEnds = FrameEnds(directory, segment);
            for (var length = 0; length < bytes.Length; length++)
            {
                var copy = Some.Copy(directory);
                Some.WriteFile(copy, segment.FileName, bytes.AsSpan(0, length));
                var lost = OpensWithASubsetOf(payloads, copy, verify: length % 2 == 0);
                Assert.Equal(frameEnds.Count(end => end > length), lost);
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void LogWithAnyBitFlippedOpensAndNeverGivesAlteredBytes(bool verify)
    {
        var (directory, payloads) = SmallLog();
        var random = new Random(3);
        foreach (var name in Some.SegmentFiles(directory).Append("head").Append("ship.cursor"))
        {
            var bytes = Some.ReadFile(directory, name);
            for (var i = 0; i < bytes.Length; i += verify ? 1 : 7)
            {
                var copy = Some.Copy(directory);
                var altered = (byte[])bytes.Clone();
                altered[i] ^= (byte)(1 << random.Next(8));
                Some.WriteFile(copy, name, altered);
                var lost = OpensWithASubsetOf(payloads, copy, verify);
                Assert.InRange(lost, 0, i < SpoolFormat.SegmentHeaderBytes ? payloads.Count : 1);
            }
        }
    }

    [Fact]
    public void LogWithManyDamagesOpensAndNeverGivesAlteredBytes()
    {
        var (directory, payloads) = SmallLog();
        var random = new Random(5);
        for (var round = 0; round < 500; round++)
        {
            var copy = Some.Copy(directory);
            foreach (var name in copy.List("").Where(n => n != "lock"))
            {
                var bytes = Some.ReadFile(copy, name);
                for (var hits = random.Next(4); hits > 0 && bytes.Length > 0; hits--)
                {
                    var from = random.Next(bytes.Length);
                    random.NextBytes(bytes.AsSpan(from, Math.Min(random.Next(600), bytes.Length - from)));
                }

                Some.WriteFile(copy, name, random.Next(8) == 0 ? bytes.AsSpan(0, random.Next(bytes.Length)) : bytes);
            }

            OpensWithASubsetOf(payloads, copy, verify: round % 2 == 0);
        }
    }

    [Fact]
    public void DamageInTheMiddleIsSetAsideOnceAndTheRestIsKept()
    {
        var (directory, payloads) = SmallLog();
        var name = Some.SegmentFiles(directory)[0];
        var bytes = Some.ReadFile(directory, name);
        bytes[SpoolFormat.SegmentHeaderBytes + 30] ^= 1;
        Some.WriteFile(directory, name, bytes);
        using (var log = Open(directory, out var recovery))
        {
            var damage = Assert.Single(recovery.Damages);
            Assert.Equal((SpoolDamageKind.Gap, false), (damage.Kind, damage.Known));
            Assert.Equal(SpoolFormat.SegmentHeaderBytes, damage.From.Value);
            Assert.Equal(SpoolFormat.FrameBytes(100), damage.Bytes);
            Assert.Equal(bytes[64..(64 + (int)damage.Bytes)], Some.ReadFile(directory, damage.Evidence));
            Assert.Equal(payloads.Skip(1), Some.Content(log));
        }

        using var again = Open(directory, out var second);
        Assert.True(Assert.Single(second.Damages).Known);
        Assert.Equal(payloads.Skip(1), Some.Content(again));
    }

    [Fact]
    public void DamageThatAReaderComesUponIsReported()
    {
        var (directory, payloads) = SmallLog();
        var name = Some.SegmentFiles(directory)[0];
        var bytes = Some.ReadFile(directory, name);
        bytes[SpoolFormat.SegmentHeaderBytes + 30] ^= 1;
        Some.WriteFile(directory, name, bytes);
        List<SpoolDamage> damages = [];
        using var log = Open(directory, out var recovery, verify: false, damages.Add);
        Assert.Empty(recovery.Damages);
        Assert.Equal(payloads.Skip(1), Some.Content(log));
        Assert.Equal(payloads.Skip(1), Some.Content(log));
        Assert.Equal(SpoolDamageKind.Gap, Assert.Single(damages).Kind);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void MissingSegmentIsReportedAndTheOthersAreKept(int missing)
    {
        var (directory, payloads) = SmallLog();
        var name = Some.SegmentFiles(directory)[missing];
        directory.Delete(name);
        using var log = Open(directory, out var recovery);
        Assert.Equal(SpoolDamageKind.MissingSegment, Assert.Single(recovery.Damages).Kind);
        var content = Some.Content(log);
        Assert.InRange(content.Count, 15, payloads.Count - 1);
        StillWorks(log);
    }

    [Fact]
    public void SegmentOfAnUnknownVersionIsSetAsideWhole()
    {
        var (directory, _) = SmallLog();
        var name = Some.SegmentFiles(directory)[1];
        var bytes = Some.ReadFile(directory, name);
        bytes[8] = 2;
        Some.WriteFile(directory, name, bytes);
        using var log = Open(directory, out var recovery);
        var damage = recovery.Damages.Single(d => d.Kind == SpoolDamageKind.OtherVersion);
        Assert.Equal(bytes, Some.ReadFile(directory, damage.Evidence));
        StillWorks(log);
    }

    [Fact]
    public void HeaderThatEndsBehindItsMagicIsOfNoOtherVersion()
    {
        var (directory, payloads) = SmallLog();
        byte[] torn = [.. Some.ReadFile(directory, Some.SegmentFiles(directory)[0]).AsSpan(0, 8), .. new byte[4088]];
        Some.WriteFile(directory, "000000ac.seg", torn);
        using var log = Open(directory, out var recovery);
        Assert.Equal(SpoolDamageKind.ForeignFile, Assert.Single(recovery.Damages).Kind);
        Assert.Equal(payloads, Some.Content(log));
    }

    [Fact]
    public void SegmentOfAnotherLogDoesNotTakeTheLogsPlace()
    {
        var (directory, payloads) = SmallLog();
        var other = new ModelDirectory();
        Some.WriteFile(other, "ship.cursor", CursorAt(1 << 20));
        using (var log = Open(other, out _))
        {
            Some.Append(log, 1000, 3);
        }

        Some.WriteFile(directory, "deadbeef.seg", Some.ReadFile(other, Some.SegmentFiles(other)[0]));
        using var mixed = Open(directory, out var recovery);
        Assert.Contains(recovery.Damages, d => d.Kind == SpoolDamageKind.ForeignFile);
        Assert.Equal(payloads, Some.Content(mixed));
    }

    [Fact]
    public void UnfinishedFilesAreDeletedAndEmptyOnesSetAside()
    {
        var (directory, payloads) = SmallLog();
        Some.WriteFile(directory, "000000aa.new", new byte[100]);
        Some.WriteFile(directory, "000000ab.seg", []);
        Some.WriteFile(directory, "notes.txt", "ours"u8);
        using var log = Open(directory, out var recovery);
        Assert.Equal((SpoolDamageKind.ForeignFile, 0), (Assert.Single(recovery.Damages).Kind, recovery.Damages[0].Bytes));
        Assert.DoesNotContain("000000aa.new", directory.List(""));
        Assert.Contains("notes.txt", directory.List(""));
        Assert.Equal(payloads, Some.Content(log));
    }

    [Fact]
    public void TornCursorFallsBackToTheSlotBefore()
    {
        var directory = new ModelDirectory();
        using (var cursor = SpoolCursor.Open(directory, "ship"))
        {
            Assert.True(cursor.Save(new SpoolPosition(100)));
            Assert.True(cursor.Save(new SpoolPosition(200)));
        }

        var bytes = Some.ReadFile(directory, "ship.cursor");
        bytes[SpoolFormat.SlotDistance + 20] ^= 1;
        Some.WriteFile(directory, "ship.cursor", bytes);
        Assert.Equal(new SpoolPosition(100), SpoolCursor.Open(directory, "ship").Position);
        bytes[20] ^= 1;
        Some.WriteFile(directory, "ship.cursor", bytes);
        Assert.Equal(default, SpoolCursor.Open(directory, "ship").Position);
    }

    [Fact]
    public void EvidenceIsBounded()
    {
        var directory = new ModelDirectory();
        var time = new FakeTime();
        for (var i = 0; i < 30; i++)
        {
            Some.WriteFile(directory, $"{i:x8}.seg", new byte[2000].Select(_ => (byte)1).ToArray());
            time.Advance(TimeSpan.FromSeconds(1));
            SpoolLog.Open(directory, Some.Options with { MaxDamagedBytes = 10_000 }, time, out _).Dispose();
        }

        Assert.InRange(directory.List(SpoolFormat.DamagedFolder).Count, 1, 5);
    }

    /// <summary>Offsets at which the frames of a segment end.</summary>
    private List<long> FrameEnds(ISpoolDirectory directory, Segment segment)
    {
        using var log = Open(Some.Copy(directory), out _);
        using var reader = log.OpenReader(new SpoolPosition(segment.Base), durableOnly: false);
        List<long> ends = [];
        while (reader.TryRead(out var frame) && frame.Position.Value < segment.Header.Limit)
        {
            ends.Add(frame.Next.Value - segment.Base);
        }

        return ends;
    }

    private SpoolLog Open(
        ISpoolDirectory directory, out SpoolRecovery recovery, bool verify = true, Action<SpoolDamage>? onDamage = null)
    {
        _workers.Clear();
        var options = Some.Options with { VerifyOnOpen = verify, OnDamage = onDamage, Workers = _workers };
        return SpoolLog.Open(directory, options, new FakeTime(), out recovery);
    }

    private static byte[] CursorAt(long position)
    {
        var bytes = new byte[SpoolFormat.CursorBytes];
        new Slot(0, position, 0).Write(bytes, SpoolFormat.CursorMagic);
        return bytes;
    }

    /// <summary>Two segments and a spare one, all flushed, with a cursor.</summary>
    private (ModelDirectory Directory, List<byte[]> Payloads) SmallLog()
    {
        var directory = new ModelDirectory();
        using (var log = Open(directory, out _))
        {
            Some.Append(log, 0, 50);
            using var cursor = SpoolCursor.Open(directory, "ship");
            Assert.True(cursor.Save(new SpoolPosition(64)));
        }

        return (directory, [.. Some.Payloads(0, 50)]);
    }

    private int OpensWithASubsetOf(List<byte[]> payloads, ModelDirectory directory, bool verify)
    {
        using var log = Open(directory, out _, verify);
        var next = 0;
        var content = Some.Content(log);
        foreach (var payload in content)
        {
            next = payloads.FindIndex(next, p => p.AsSpan().SequenceEqual(payload)) + 1;
            Assert.True(next > 0, "altered, or out of order");
        }

        StillWorks(log);
        return payloads.Count - content.Count;
    }

    private void StillWorks(SpoolLog log)
    {
        var position = Some.Append(log, "still works"u8.ToArray());
        var flush = log.FlushAsync(position);
        _workers.RunAll();
        Assert.True(flush.IsCompletedSuccessfully);
        Assert.Equal("still works"u8.ToArray(), Some.Content(log, position).Single());
    }
}
