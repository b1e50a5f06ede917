using System.Buffers;
using Telemetry.Shipping.Files;
using Telemetry.Shipping.Lanes;
using Telemetry.Shipping.Streams;
using Telemetry.Wire;

namespace Telemetry.Shipper.Tests.Lanes;

public class LaneFrameTests
{
    /// <summary>Version 1 as it lies on disks. Later versions must still read it.</summary>
    private const string GoldenPlan =
        "02010a10000000000000000000000000000000011578563412186420808010"
        + "2a3d09070000000000000011090000000000000018052002280a300138"
        + "02400348045105000000000000005a062f612e6c6f676005"
        + "6a020a5a720201097801";

    [Fact]
    public void AStoredPlanIsStillRead()
    {
        var plan = SomePlan();
        var frame = new ArrayBufferWriter<byte>();
        plan.WriteFrame(frame);
        Assert.True(LaneFrame.TryRead(frame.WrittenMemory, out var kind, out var content));
        Assert.Equal(FrameKind.Plan, kind);
        Assert.True(Plan.TryRead(content, out var read));
        AssertEqual(plan, read);
        Assert.True(LaneFrame.TryRead(Convert.FromHexString(Golden(frame.WrittenSpan)), out _, out var golden));
        Assert.True(Plan.TryRead(golden, out var stored));
        AssertEqual(plan, stored);
    }

    [Fact]
    public void AReplayGivesTheStateOfTheSources()
    {
        var stream = StreamState.Create(new LifetimeId(1), Protos.V1.StreamKind.File, "", "/a.log", Lane.Bulk);
        stream.Begin(new Epoch(9), 5, "first seen");
        stream.Files.Add(new FileState { Identity = new FileIdentity(1, 2, 3), Path = "/a.log", SeenSize = 300 });
        var checkpoint = new ArrayBufferWriter<byte>();
        new Checkpoint(true, "i-1", "b-1", ["b-0"], [stream]).WriteFrame(checkpoint);
        var plan = new ArrayBufferWriter<byte>();
        var planned = SomePlan(stream.Id);
        planned.WriteFrame(plan);

        var state = new LaneState();
        state.Apply(checkpoint.WrittenMemory);
        state.Apply(plan.WrittenMemory);
        var restored = Assert.Single(state.Streams);
        Assert.Equal(("i-1", "b-1", 7ul), (state.InstanceId, state.BootId, restored.NextSeq));
        var file = Assert.Single(restored.Files);
        Assert.Equal((planned.Runs[0].End, 300L, true), (file.Offset, file.SeenSize, file.Open));
        Assert.False(state.Unverifiable);
        state.Apply(new byte[] { 9, 9, 9 });
        Assert.True(state.Unverifiable);
    }

    [Fact]
    public void DamagedFramesDoNotThrow()
    {
        var frame = new ArrayBufferWriter<byte>();
        SomePlan().WriteFrame(frame);
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = frame.WrittenSpan.ToArray();
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            new LaneState().Apply(bytes.AsMemory(0, random.Next(bytes.Length + 1)));
        }
    }

    private static string Golden(ReadOnlySpan<byte> written)
    {
        var hex = Convert.ToHexStringLower(written);
        Assert.Equal(GoldenPlan, hex);
        return GoldenPlan;
    }

    private static Plan SomePlan(StreamId? stream = null) => new(new LifetimeId(1), 0x12345678, 100, WireLimits.MaxLineBytes,
    [
        new PlannedRun(new Run(stream ?? new StreamId(7), new Epoch(9), 5, 2, 10), new FileIdentity(1, 2, 3), new Fingerprint(4, 5), "/a.log", 5,
            new byte[] { 10, 90 }, new byte[] { 1, 9 }, true),
    ]);

    private static void AssertEqual(Plan expected, Plan actual)
    {
        Assert.Equal((expected.Lifetime, expected.RawCrc32C, expected.RawSize, expected.MaxRecordBytes),
            (actual.Lifetime, actual.RawCrc32C, actual.RawSize, actual.MaxRecordBytes));
        var (one, other) = (Assert.Single(expected.Runs), Assert.Single(actual.Runs));
        Assert.Equal((one.Run, one.Identity, one.Fingerprint, one.Path, one.Start, one.Open, one.End),
            (other.Run, other.Identity, other.Fingerprint, other.Path, other.Start, other.Open, other.End));
        Assert.Equal(one.Lengths.ToArray(), other.Lengths.ToArray());
        Assert.Equal(one.Truncations.ToArray(), other.Truncations.ToArray());
    }
}
