using System.Text;
using Telemetry.Protos.V1;
using Telemetry.Shipper.Tests.Support;
using Telemetry.Wire;
using BatchHeader = Telemetry.Wire.BatchHeader;

namespace Telemetry.Shipper.Tests.Files;

/// <summary>Kills at any point, with any rotation between, leave the same records in the gateway.</summary>
public class RestartTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task KillsLoseJoinAndDoubleNothing(int seed)
    {
        using var logs = new TemporaryDirectory();
        using var data = new TemporaryDirectory();
        var gateway = new FakeGateway();
        var time = new FakeTime();
        var random = new Random(seed);
        var rejected = new HashSet<uint>();
        gateway.Judge = header => Judge(header, random, rejected);
        var log = logs["app.log"];
        var expected = new List<string>();
        var rotations = 0;
        for (var life = 0; life < 6; life++)
        {
            await using var agent = Start(data, logs, gateway, time);
            for (var step = 0; step < 6; step++)
            {
                expected.AddRange(Write(log, random));
                time.Advance(TimeSpan.FromMilliseconds(random.Next(400)));
                agent.Tailer.Turn();
                if (random.Next(4) == 0)
                {
                    File.Move(log, $"{log}.{++rotations}");
                }
            }
        }

        gateway.Judge = _ => FakeGateway.Verdict.Ack;
        await using (var last = Start(data, logs, gateway, time))
        {
            await last.ReadToTheLastByteAsync();
        }

        Assert.Empty(gateway.Conflicts);
        Assert.Empty(gateway.Messages(RecordKind.Loss, Loss.Parser));

        // A file that was renamed before it was seen is a stream of its own, so that only the whole can be compared.
        Assert.Equal(expected.Order(StringComparer.Ordinal), gateway.Lines().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task APlanWhoseSourceIsGoneIsALossAndTheStreamBeginsAnew()
    {
        using var logs = new TemporaryDirectory();
        using var data = new TemporaryDirectory();
        var gateway = new FakeGateway { Judge = h => h.Lane == Wire.Lane.Bulk ? FakeGateway.Verdict.Hang : FakeGateway.Verdict.Ack };
        var time = new FakeTime();
        File.WriteAllText(logs["app.log"], "one\ntwo\n");
        await using (var agent = Start(data, logs, gateway, time))
        {
            for (var i = 0; i < 3; i++)
            {
                agent.Tailer.Turn();
                time.Advance(TimeSpan.FromSeconds(6));
            }

            Assert.Equal(1, agent.Bulk.UnacknowledgedPlans);
        }

        File.WriteAllText(logs["app.log"], "ONE\nTWO\n");
        gateway.Judge = _ => FakeGateway.Verdict.Ack;
        await using (var agent = Start(data, logs, gateway, time))
        {
            await Eventually.Holds(() => agent.Bulk.IsDrained, "the plan is given up");
            File.AppendAllText(logs["app.log"], "three\n");
            await agent.ReadToTheLastByteAsync();
        }

        var losses = gateway.Messages(RecordKind.Loss, Loss.Parser);
        Assert.All(losses, l => Assert.Equal(LossReason.SourceChanged, l.Reason));
        Assert.Equal((1ul, 8ul), ((ulong)losses.Sum(l => (long)l.Count), (ulong)losses.Sum(l => (long)l.Bytes)));
        Assert.Equal(["ONE", "TWO", "three"], gateway.Lines());
        Assert.Empty(gateway.Conflicts);
    }

    /// <summary>A batch that is rejected twice is lost, so that each is rejected once at most.</summary>
    private static FakeGateway.Verdict Judge(BatchHeader header, Random random, HashSet<uint> rejected)
    {
        lock (random)
        {
            return random.Next(6) switch
            {
                0 => FakeGateway.Verdict.Disconnect,
                1 => FakeGateway.Verdict.Silence,
                2 when rejected.Add(header.RawCrc32C) => FakeGateway.Verdict.RejectChecksum,
                _ => FakeGateway.Verdict.Ack,
            };
        }
    }

    private static List<string> Write(string log, Random random)
    {
        var written = new List<string>();
        using var file = new FileStream(log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        lock (random)
        {
            for (var i = random.Next(12); i > 0; i--)
            {
                var record = random.Next(5) switch
                {
                    0 => $"[ERR] failed {random.Next()}\nSystem.FooException: {random.Next()}\n   at A.B()\n   at C.D()",
                    1 => "",
                    2 => new string('x', random.Next(3000)),
                    _ => $"{{\"n\":{random.Next()}}}",
                };
                written.Add(record);
                file.Write(Encoding.UTF8.GetBytes(record + (random.Next(2) == 0 ? "\n" : "\r\n")));
            }
        }

        return written;
    }

    private static TestShipper Start(TemporaryDirectory data, TemporaryDirectory logs, FakeGateway gateway, FakeTime time) =>
        new(data.Path, logs["app.log*"], gateway, time, configure: o => o with { BatchBytes = 2048, MaxPlans = 3, GroupWait = TimeSpan.FromSeconds(30), LineWait = TimeSpan.FromSeconds(60) });
}
