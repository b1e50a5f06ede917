using System.Text;
using Telemetry.Protos.V1;
using Telemetry.Shipper.Tests.Support;
using Telemetry.Wire;

namespace Telemetry.Shipper.Tests.Files;

public sealed class FileTailerTests : IDisposable
{
    private readonly TemporaryDirectory _logs = new();
    private readonly TemporaryDirectory _data = new();
    private readonly FakeGateway _gateway = new();
    private readonly FakeTime _time = new();

    public void Dispose()
    {
        _logs.Dispose();
        _data.Dispose();
    }

    [Fact]
    public async Task LinesOfAFileArriveInOrder()
    {
        File.WriteAllText(_logs["a.log"], "one\ntwo\r\n\nfour");
        await using var agent = Start();
        await agent.ReadToTheLastByteAsync();
        Assert.Equal(["one", "two", "", "four"], _gateway.Lines());
        Assert.Empty(_gateway.Conflicts);
    }

    [Fact]
    public async Task BytesArePassedAsTheyAre()
    {
        byte[] line = [0xff, 0xfe, 0, 0x1b, (byte)'[', 0xe2, 0x80, 0xa8, (byte)'x'];
        File.WriteAllBytes(_logs["a.log"], [.. line, (byte)'\n']);
        await using var agent = Start();
        await agent.ReadToTheLastByteAsync();
        Assert.Equal(line, Assert.Single(_gateway.Records.Values, r => r.Kind == RecordKind.Line).Body);
    }

    [Fact]
    public async Task ALateLineEndMakesNoRecord()
    {
        File.WriteAllText(_logs["a.log"], "begin");
        await using var agent = Start();
        await agent.ReadToTheLastByteAsync();
        File.AppendAllText(_logs["a.log"], "\r\nnext\n");
        await agent.ReadToTheLastByteAsync();
        Assert.Equal(["begin", "next"], _gateway.Lines());
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("")]
    public async Task ALongLineIsKeptToTheLimitAndItsRestDeclared(string lineEnd)
    {
        var rest = 3_000_000;
        File.WriteAllText(_logs["a.log"], "before\n" + new string('x', WireLimits.MaxLineBytes + rest) + lineEnd);
        await using (var agent = Start())
        {
            await agent.ReadToTheLastByteAsync();
        }

        var lines = _gateway.Lines();
        Assert.Equal(2, lines.Count);
        Assert.Equal(WireLimits.MaxLineBytes, lines[1].Length);
        Assert.Equal((ulong)rest, _gateway.Records.Values.Max(r => r.Truncated));
        var loss = Assert.Single(_gateway.Messages(RecordKind.Loss, Loss.Parser));
        Assert.Equal((LossReason.LineTooLong, (ulong)rest, 1ul), (loss.Reason, loss.Bytes, loss.FirstSeq));
    }

    [Fact]
    public async Task ARenamedFileIsReadToItsEndBeforeTheNewOne()
    {
        var log = _logs["app.log"];
        File.WriteAllText(log, "1\n2\n");
        await using var agent = Start("app.log*");
        await agent.ReadToTheLastByteAsync();
        File.AppendAllText(log, "3\n");
        File.Move(log, log + ".1");
        File.WriteAllText(log, "4\n");
        await agent.ReadToTheLastByteAsync();
        File.AppendAllText(log + ".1", "late\n");
        File.AppendAllText(log, "5\n");
        await agent.ReadToTheLastByteAsync();
        Assert.Equal(["1", "2", "3", "4", "late", "5"], _gateway.Lines(log));
        Assert.Equal(6, _gateway.Lines().Count);
        Assert.Single(_gateway.Records.Keys.Where(r => r.Stream == StreamId.From((int)StreamKind.File, "", log)).Select(r => r.Epoch).Distinct());
    }

    [Fact]
    public async Task AFileRenamedWhileTheShipperWasDownIsReadToItsEnd()
    {
        var log = _logs["app.log"];
        File.WriteAllText(log, "1\n");
        await using (var agent = Start("app.log"))
        {
            await agent.ReadToTheLastByteAsync();
        }

        File.AppendAllText(log, "2\n");
        File.Move(log, log + ".old");
        File.WriteAllText(log, "3\n");
        await using (var agent = Start("app.log"))
        {
            await agent.ReadToTheLastByteAsync();
        }

        Assert.Equal(["1", "2", "3"], _gateway.Lines());
    }

    [Fact]
    public async Task ADeletedFileIsFinishedThroughItsHandle()
    {
        var log = _logs["a.log"];
        File.WriteAllText(log, "1\n");
        await using var agent = Start();
        await agent.ReadToTheLastByteAsync();
        File.AppendAllText(log, "2\n");
        File.Delete(log);
        await agent.ReadToTheLastByteAsync();
        for (var i = 0; i < 5; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(20));
            agent.Tailer.Turn();
        }

        await agent.DrainAsync();
        Assert.Equal(["1", "2"], _gateway.Lines());
        Assert.Equal(2ul, Assert.Single(_gateway.Messages(RecordKind.StreamClosed, StreamClosed.Parser)).NextSeq);
        Assert.Empty(_gateway.Messages(RecordKind.Loss, Loss.Parser));
    }

    [Fact]
    public async Task WhatIsTruncatedBeforeItIsReadIsALoss()
    {
        var log = _logs["a.log"];
        File.WriteAllText(log, "first line\nsecond line\n");
        await using (var agent = Start())
        {
            await agent.ReadToTheLastByteAsync();
            File.WriteAllText(log, "new\n");
            await agent.ReadToTheLastByteAsync();
            Assert.Equal(["first line", "second line", "new"], _gateway.Lines());
            var opened = _gateway.Messages(RecordKind.StreamOpened, StreamOpened.Parser).Where(o => o.Kind == StreamKind.File).ToList();
            Assert.Equal(["first seen", "source changed"], opened.Select(o => o.Reason));
            Assert.Equal(opened[0].Epoch, opened[1].PredecessorEpoch);
        }
    }

    [Fact]
    public async Task AReusedInodeWithAnotherBeginningIsAnotherFile()
    {
        var log = _logs["a.log"];
        File.WriteAllText(log, "first content\n");
        await using (var agent = Start())
        {
            await agent.ReadToTheLastByteAsync();
        }

        using (var file = File.OpenWrite(log))
        {
            file.SetLength(0);
            file.Write("other content that is longer\n"u8);
        }

        await using (var agent = Start())
        {
            await agent.ReadToTheLastByteAsync();
        }

        Assert.Equal(["first content", "other content that is longer"], _gateway.Lines());
    }

    [Fact]
    public async Task ContentThatIsReplacedByAsMuchOtherContentIsRead()
    {
        var log = _logs["a.log"];
        File.WriteAllText(log, "content A\n");
        await using var agent = Start();
        await agent.ReadToTheLastByteAsync();
        File.WriteAllText(log, "content B\n");
        await agent.ReadToTheLastByteAsync();
        Assert.Equal(["content A", "content B"], _gateway.Lines());
    }

    [Fact]
    public async Task MoreFilesThanDescriptorsAreReadInTurn()
    {
        for (var i = 0; i < 100; i++)
        {
            File.WriteAllText(_logs[$"{i:d3}.log"], $"first {i}\n");
        }

        await using var agent = Start(configure: o => o with { MaxOpenFiles = 8 });
        await Eventually.Holds(() => Turns(agent) && _gateway.Lines().Count == 100, "all files are read");
        Assert.InRange(Directory.GetFiles("/proc/self/fd").Count(IsOfALog), 0, 8);

        File.AppendAllText(_logs["007.log"], "second\n");
        File.AppendAllText(_logs["093.log"], "second\n");
        await Eventually.Holds(() => Turns(agent) && _gateway.Lines().Count == 102, "what is added to files that were closed is read");
        Assert.Empty(_gateway.Conflicts);
    }

    private bool IsOfALog(string descriptor)
    {
        try
        {
            return new FileInfo(descriptor).LinkTarget?.StartsWith(_logs.Path, StringComparison.Ordinal) == true;
        }
        catch (IOException)
        {
            // Closed meanwhile.
            return false;
        }
    }

    private bool Turns(TestShipper agent)
    {
        for (var i = 0; i < 20; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(500));
            agent.Tailer.Turn();
        }

        return true;
    }

    [Fact]
    public async Task ReadingWaitsForAcknowledgements()
    {
        File.WriteAllLines(_logs["a.log"], Enumerable.Range(0, 20_000).Select(i => $"line {i}"));
        _gateway.Judge = _ => FakeGateway.Verdict.Hang;
        await using var agent = Start(configure: o => o with { BatchBytes = 4096, MaxPlans = 4 });
        for (var i = 0; i < 50; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(200));
            agent.Tailer.Turn();
        }

        Assert.Equal(4, agent.Bulk.UnacknowledgedPlans);
        _gateway.Judge = _ => FakeGateway.Verdict.Ack;
        _gateway.Disconnect();
        await agent.ReadAllAsync();
        await agent.DrainAsync();
        Assert.Equal(Enumerable.Range(0, 20_000).Select(i => $"line {i}"), _gateway.Lines());
    }

    /// <summary>A kill between the two then repeats the loss instead of forgetting it.</summary>
    [Fact]
    public async Task WhatIsCutIsDeclaredBeforeItsLineIsPlanned()
    {
        File.WriteAllText(_logs["a.log"], "");
        await using var agent = new TestShipper(_data.Path, _logs["*"], _gateway, _time, Some.Context(), send: false);
        agent.Tailer.Turn();
        File.WriteAllText(_logs["a.log"], new string('x', WireLimits.MaxLineBytes + 5) + "\n");
        agent.Bulk.Dispose();
        for (var i = 0; i < 5; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(6));
            agent.Tailer.Turn();
        }

        Assert.Equal(0, agent.Bulk.UnacknowledgedPlans);
        Assert.Equal(5, agent.Recorder.Losses[LossReason.LineTooLong].Bytes);
    }

    [Fact]
    public async Task NamesWithCompressedEndingsAndUnreadableFoldersArePassedOver()
    {
        File.WriteAllText(_logs["a.log.1.gz"], "not a log\n");
        File.WriteAllText(_logs["a.log"], "a log\n");
        await using var agent = Start("**");
        await agent.ReadToTheLastByteAsync();
        Assert.Equal(["a log"], _gateway.Lines());
    }

    [Fact]
    public async Task TheRestOfAFormerBootIsShippedUnderItsLifetime()
    {
        var log = _logs["a.log"];
        File.WriteAllText(log, "1\n");
        await using (var agent = Start(configure: o => o with { BatchBytes = 2048, MaxPlans = 1 }))
        {
            await agent.ReadToTheLastByteAsync();
            _gateway.Judge = _ => FakeGateway.Verdict.Hang;
            File.AppendAllText(log, new string('2', 3000) + "\n" + new string('3', 3000) + "\n" + new string('4', 3000) + "\n");
            // The window takes one batch of one line; the rest is seen and saved as a size.
            for (var i = 0; i < 3; i++)
            {
                _time.Advance(TimeSpan.FromSeconds(11));
                agent.Tailer.Turn();
            }
        }

        _gateway.Judge = _ => FakeGateway.Verdict.Ack;
        File.AppendAllText(log, "5\n");
        await using (var agent = Start(boot: "boot-2"))
        {
            await agent.ReadToTheLastByteAsync();
        }

        var former = LifetimeId.From("instance-1", "boot-1");
        var lines = _gateway.Records.Where(r => r.Value.Kind == RecordKind.Line).ToList();
        Assert.Equal(4, lines.Count(r => r.Key.Lifetime == former));
        Assert.Equal("5", Encoding.UTF8.GetString(Assert.Single(lines, r => r.Key.Lifetime != former).Value.Body));
        Assert.Empty(_gateway.Conflicts);
    }

    private TestShipper Start(string pattern = "*", string boot = "boot-1", Func<Shipper.Files.TailerOptions, Shipper.Files.TailerOptions>? configure = null) =>
        new(_data.Path, _logs[pattern], _gateway, _time, Some.Context(boot), configure ?? (o => o with { BatchBytes = 2048, MaxPlans = 1000 }));
}
