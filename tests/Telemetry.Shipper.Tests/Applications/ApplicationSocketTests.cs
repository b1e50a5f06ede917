using Google.Protobuf;
using Telemetry.Gateway;
using Telemetry.Gateway.Levels;
using Telemetry.Grpc;
using Telemetry.Protos.V1;
using Telemetry.Shipper.Tests.Support;
using Telemetry.Wire;
using Lane = Telemetry.Wire.Lane;

namespace Telemetry.Shipper.Tests.Applications;

/// <summary>What an application may do at the socket, and what a hostile one may not.</summary>
public sealed class ApplicationSocketTests
{
    [Fact]
    public async Task ABatchIsAcceptedWithoutAGatewayAndAcknowledgedByOne()
    {
        var gateway = await RealGateway.StartAsync();
        var port = gateway.Address.Port;
        await gateway.StopAsync();
        await using var rig = await SocketRig.StartAsync(gateway.Address);
        await using var channel = rig.Connect();
        await using var call = await rig.GreetAsync(channel);
        await call.WriteAsync(rig.Batch(1, RecordKind.Line, "a"u8), default);
        Assert.Equal(1UL, (await SocketRig.AnswerAsync(call))!.Accepted.Through);

        var next = await RealGateway.StartAsync(port);
        Assert.Equal(1UL, (await SocketRig.AnswerAsync(call))!.Ack.Through);
        Assert.Equal(["a"], next.Lines());
        await Eventually.Holds(
            () => next.Messages(RecordKind.WorkloadPeer, WorkloadPeer.Parser).Any(p => p.Pid == Environment.ProcessId && p.WorkloadId == SocketRig.Workload),
            "the other lane says whose it is");
        Assert.Equal([rig.Server.Lifetime], next.Lifetimes());
        await next.StopAsync();
    }

    [Fact]
    public async Task WhatAGatewayRefusesAfterwardsIsNotAcknowledgedWithoutAWord()
    {
        await using var gateway = await RealGateway.StartAsync(limits: new GatewayLimits { MaxRawBytes = 16 << 10 });
        await using var rig = await SocketRig.StartAsync(gateway.Address);
        await using var channel = rig.Connect();
        await using var call = await rig.GreetAsync(channel);
        await call.WriteAsync(rig.Batch(1, RecordKind.Line, "small"u8), default);
        await call.WriteAsync(rig.Batch(2, RecordKind.Line, new byte[32 << 10]), default);
        var (refused, acknowledged) = (0UL, 0UL);
        while (acknowledged < 2)
        {
            var answer = await SocketRig.AnswerAsync(call);
            refused = answer!.Reject?.Batch ?? refused;
            acknowledged = answer.Ack?.Through ?? acknowledged;
        }

        Assert.Equal(2UL, refused);
        Assert.Equal(["small"], gateway.Lines());
    }

    [Fact]
    public async Task WhatTheGatewaySaysOfLevelsIsHandedOn()
    {
        await using var gateway = await RealGateway.StartAsync();
        var levels = new LevelStore(gateway.Data, TimeProvider.System);
        levels.Set("shop", "Debug", TimeSpan.FromMinutes(1), "ann");
        await using var rig = await SocketRig.StartAsync(gateway.Address);
        await using var channel = rig.Connect();
        await using var early = await rig.GreetAsync(channel, lane: Lane.Critical);
        Assert.Equal("Debug", Assert.Single((await SocketRig.AnswerAsync(early))!.Levels.Rules).Level);
        await using var late = SocketRig.Open(channel);
        await late.WriteAsync(new ShipRequest { Hello = rig.HelloOf(lane: Lane.Critical) }.ToByteArray(), default);
        Assert.Equal("Debug", Assert.Single((await SocketRig.AnswerAsync(late))!.Welcome.Levels.Rules).Level);

        levels.Clear("shop");
        Assert.Empty((await SocketRig.AnswerAsync(early))!.Levels.Rules);
        Assert.Empty((await SocketRig.AnswerAsync(late))!.Levels.Rules);
    }

    [Theory]
    [InlineData(RecordKind.Seal, Lane.Critical)]
    [InlineData(RecordKind.Heartbeat, Lane.Critical)]
    [InlineData(RecordKind.WorkloadPeer, Lane.Critical)]
    [InlineData(RecordKind.AgentStart, Lane.Critical)]
    [InlineData(RecordKind.Line, Lane.Critical)]
    [InlineData(RecordKind.Crash, Lane.Bulk)]
    [InlineData(RecordKind.Crash, Lane.Critical)]
    [InlineData(RecordKind.WorkloadEnd, Lane.Critical)]
    [InlineData(RecordKind.LevelChange, Lane.Critical)]
    [InlineData(RecordKind.StreamOpened, Lane.Critical)]
    public async Task RecordsThatDescribeTheServerOrOthersAreRefused(RecordKind kind, Lane lane)
    {
        await using var rig = await SocketRig.StartAsync();
        await using var channel = rig.Connect();
        await using var call = await rig.GreetAsync(channel, lane: lane);
        await call.WriteAsync(rig.Batch(1, kind, new Crash { WorkloadId = "another" }.ToByteArray(), lane), default);
        Assert.Equal(RejectReason.Identity, await SocketRig.RefusalAsync(call));
        Assert.Equal(1UL, (await SocketRig.AnswerAsync(call))!.Accepted.Through);
    }

    [Fact]
    public async Task StreamsAndLifetimesThatWereNotNamedAreRefused()
    {
        await using var rig = await SocketRig.StartAsync();
        await using var channel = rig.Connect();
        await using var call = await rig.GreetAsync(channel);
        var file = StreamId.From((int)StreamKind.File, "", "/var/log/auth.log");
        await call.WriteAsync(rig.Batch(1, RecordKind.Line, "forged"u8, stream: file), default);
        Assert.Equal(RejectReason.Identity, await SocketRig.RefusalAsync(call));
        await call.WriteAsync(rig.Batch(2, RecordKind.Line, "forged"u8, lifetime: LifetimeId.From("x", "y")), default);
        Assert.Equal(RejectReason.Identity, await SocketRig.RefusalAsync(call));
        var damaged = rig.Batch(3, RecordKind.Line, "damaged"u8);
        damaged[^1] ^= 1;
        await call.WriteAsync(damaged, default);
        Assert.Equal(RejectReason.Checksum, await SocketRig.RefusalAsync(call));
    }

    public static TheoryData<string, Action<Hello>> BadHellos => new()
    {
        { "no streams", h => h.Streams.Clear() },
        { "a file", h => h.Streams[0].Kind = StreamKind.File },
        { "the server's own", h => h.Streams[0].WorkloadId = "" },
        { "too many streams", h => h.Streams.Add(Enumerable.Repeat(h.Streams[0], 64)) },
        { "no boot", h => h.Identity.BootId = "" },
        { "another version", h => h.ProtocolVersion = 9 },
        { "no lane", h => h.Lane = 0 },
    };

    [Theory]
    [MemberData(nameof(BadHellos), DisableDiscoveryEnumeration = true)]
    public async Task AHelloThatClaimsTooMuchEndsTheCall(string what, Action<Hello> change)
    {
        await using var rig = await SocketRig.StartAsync();
        await using var channel = rig.Connect();
        await using var call = SocketRig.Open(channel);
        await call.WriteAsync(new ShipRequest { Hello = rig.HelloOf(change) }.ToByteArray(), default);
        Assert.True(await SocketRig.AnswerAsync(call) is null, what);
        Assert.Contains(call.Status.Code, new[] { StatusCode.InvalidArgument, StatusCode.FailedPrecondition });
    }

    [Fact]
    public async Task RubbishEndsOnlyItsOwnCall()
    {
        await using var rig = await SocketRig.StartAsync();
        await using var channel = rig.Connect();
        await using var good = await rig.GreetAsync(channel);
        var random = new Random(5);
        for (var i = 0; i < 20; i++)
        {
            await using var other = rig.Connect();
            await using var call = i % 2 == 0 ? SocketRig.Open(other) : await rig.GreetAsync(other);
            var rubbish = new byte[random.Next(1, 2000)];
            random.NextBytes(rubbish);
            try
            {
                await call.WriteAsync(rubbish, default);
                while (await SocketRig.AnswerAsync(call) is not null)
                {
                }
            }
            catch (GrpcException)
            {
                // It has ended before all was written.
            }

            Assert.Contains(call.Status.Code, new[] { StatusCode.InvalidArgument });
        }

        await good.WriteAsync(rig.Batch(1, RecordKind.Line, "a"u8), default);
        Assert.NotNull((await SocketRig.AnswerAsync(good))!.Accepted);
    }

    [Fact]
    public async Task AFullSpoolMakesOnlyItsApplicationWait()
    {
        await using var rig = await SocketRig.StartAsync();
        await using var channel = rig.Connect();
        await using var call = await rig.GreetAsync(channel);
        var noise = new byte[200 << 10];
        new Random(6).NextBytes(noise);
        var (sent, accepted) = (0UL, 0UL);
        using var enough = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        var reading = Task.Run(async () =>
        {
            while (await SocketRig.AnswerAsync(call) is { } answer)
            {
                accepted = Math.Max(accepted, answer.Accepted?.Through ?? 0);
            }
        });
        try
        {
            while (sent < 1000)
            {
                await call.WriteAsync(rig.Batch(sent + 1, RecordKind.Line, noise), enough.Token);
                sent++;
            }
        }
        catch (OperationCanceledException)
        {
            // It waits: nothing more is taken.
        }

        Assert.InRange(accepted, 50UL, 130UL);
        Assert.InRange(sent, accepted, accepted + 8);
        await channel.DisposeAsync();
        await reading;
    }

    [Fact]
    public async Task ASocketInUseIsSaidAndALeftOneIsTakenOver()
    {
        await using var rig = await SocketRig.StartAsync();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(rig.Path).UnixFileMode);
        using var folder = new TemporaryDirectory();
        var left = folder["left"];
        using (var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, 0))
        {
            socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(left));
        }

        using var shipper = new ShipperProcess(["run", "--data", folder["data"], "--socket", left]);
        await Eventually.Holds(() => shipper.Said.Contains("unix://" + left, StringComparison.Ordinal), "it listens");
        var (exitCode, _, error) = await ShipperProcess.RunAsync("run", "--data", folder["data2"], "--socket", left);
        Assert.Equal(2, exitCode);
        Assert.Contains("another process listens there", error, StringComparison.Ordinal);
    }
}
