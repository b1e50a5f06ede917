using System.Buffers;

namespace Telemetry.Grpc.Server.Tests;

/// <summary>Our client and our server with one another.</summary>
public class CallTests
{
    private const string Path = "/test.Service/Method";

    private static readonly GrpcCallOptions _soon = new() { Timeout = TimeSpan.FromSeconds(10) };

    [Fact]
    public async Task MessagesOfAnySizeComeBack()
    {
        await using var server = await GrpcTestServer.StartAsync(e => e.MapGrpcDuplex(Path, EchoAsync));
        await using var channel = server.OpenChannel();
        await using var call = channel.OpenDuplex(Path, _soon);
        var random = new Random(1);
        foreach (var size in new[] { 0, 1, 16 << 10, (16 << 10) - 5, 70_000, 1 << 20, 4 << 20 })
        {
            var message = new byte[size];
            random.NextBytes(message);

            await call.WriteAsync(InPieces(message, random), default);

            Assert.True(await call.ReadAsync(default), call.Status.ToString());
            Assert.True(call.Current.Span.SequenceEqual(message), $"{size} bytes came back differently");
        }

        await call.CompleteAsync();
        Assert.False(await call.ReadAsync(default));
        Assert.Equal(GrpcStatus.Ok, call.Status);
    }

    [Fact]
    public async Task StatusMessageAndTrailersArrive()
    {
        await using var server = await GrpcTestServer.StartAsync(e => e.MapGrpcDuplex(Path, async call =>
        {
            call.AddHeader("first", call.GetHeader("asked") ?? "");
            call.Trailers.Add("last-bin", [1, 2, 3]);
            await call.WriteAsync(default, call.Cancelled);
            return new(StatusCode.Aborted, "50% of \t☃ and \ud83d\ude00");
        }));
        await using var channel = server.OpenChannel();
        var headers = new Metadata { { "asked", "yes" } };
        await using var call = channel.OpenDuplex(Path, _soon with { Headers = headers });

        Assert.True(await call.ReadAsync(default));
        Assert.Equal("yes", call.Headers.Get("first"));
        Assert.False(await call.ReadAsync(default));
        Assert.Equal(new GrpcStatus(StatusCode.Aborted, "50% of \t☃ and \ud83d\ude00"), call.Status);
        Assert.True(call.Trailers.TryGetBytes("last-bin", out var bytes));
        Assert.Equal([1, 2, 3], bytes);
    }

    [Fact]
    public async Task HandlerThatThrowsTellsNothingOfItself()
    {
        await using var server = await GrpcTestServer.StartAsync(
            e => e.MapGrpcUnary(Path, (_, _) => throw new InvalidOperationException("secret")));
        await using var channel = server.OpenChannel();

        var result = await channel.UnaryAsync(Path, default, _soon, default);

        Assert.Equal(StatusCode.Unknown, result.Status.Code);
        Assert.DoesNotContain("secret", result.Status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EarlyStatusReachesAClientThatStillSends()
    {
        await using var server = await GrpcTestServer.StartAsync(
            e => e.MapGrpcDuplex(Path, _ => new(new GrpcStatus(StatusCode.PermissionDenied, "no"))));
        await using var channel = server.OpenChannel();
        for (var i = 0; i < 50; i++)
        {
            await using var call = channel.OpenDuplex(Path, _soon);
            var sending = SendUntilEndedAsync(call);

            Assert.False(await call.ReadAsync(default));
            Assert.Equal(new GrpcStatus(StatusCode.PermissionDenied, "no"), call.Status);
            Assert.Equal(call.Status, (await sending).Status);
        }
    }

    [Fact]
    public async Task WriterThatNobodyReadsForLearnsTheStatus()
    {
        await using var server = await GrpcTestServer.StartAsync(
            e => e.MapGrpcDuplex(Path, _ => new(new GrpcStatus(StatusCode.PermissionDenied, "no"))));
        await using var channel = server.OpenChannel();
        await using var call = channel.OpenDuplex(Path, _soon);

        var thrown = await SendUntilEndedAsync(call);

        Assert.Equal(StatusCode.PermissionDenied, thrown.Status.Code);
    }

    [Fact]
    public async Task DeadlineCancelsTheHandlerAndBothSidesAgree()
    {
        var time = new FakeTime();
        var begun = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        await using var server = await GrpcTestServer.StartAsync(
            e => e.MapGrpcDuplex(Path, async call =>
            {
                call.Cancelled.Register(cancelled.SetResult);
                begun.SetResult();
                await call.ReadAsync(call.Cancelled);
                return GrpcStatus.Ok;
            }),
            new GrpcServerOptions { Time = time });
        await using var channel = server.OpenChannel(time: time);
        await using var call = channel.OpenDuplex(Path, new() { Timeout = TimeSpan.FromSeconds(50) });
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(20));

        time.Advance(TimeSpan.FromSeconds(50));
        Assert.False(await call.ReadAsync(default));

        Assert.Equal(StatusCode.DeadlineExceeded, call.Status.Code);
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task HandlerThatIgnoresItsDeadlineIsAnsweredFor()
    {
        var goOn = new TaskCompletionSource();
        await using var server = await GrpcTestServer.StartAsync(
            e => e.MapGrpcUnary(Path, async (_, _) =>
            {
                await goOn.Task;
                return GrpcStatus.Ok;
            }),
            new GrpcServerOptions { MaxUnaryTime = TimeSpan.FromMilliseconds(50), DeadlineGrace = TimeSpan.FromMilliseconds(10) });
        await using var channel = server.OpenChannel();

        var result = await channel.UnaryAsync(Path, default, GrpcCallOptions.Default, default);

        Assert.Equal(StatusCode.DeadlineExceeded, result.Status.Code);
        goOn.SetResult();
    }

    [Fact]
    public async Task ClientThatGivesUpCancelsTheHandler()
    {
        var began = new TaskCompletionSource();
        var ended = new TaskCompletionSource();
        await using var server = await GrpcTestServer.StartAsync(e => e.MapGrpcDuplex(Path, async call =>
        {
            began.SetResult();
            try
            {
                await call.ReadAsync(call.Cancelled);
            }
            catch (OperationCanceledException)
            {
                ended.SetResult();
            }

            return GrpcStatus.Ok;
        }));
        await using var channel = server.OpenChannel();
        await using (channel.OpenDuplex(Path, _soon))
        {
            await began.Task.WaitAsync(TimeSpan.FromSeconds(5));
        }

        await ended.Task.WaitAsync(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task HandlerThatDoesNotReadMakesTheClientWait()
    {
        var goOn = new TaskCompletionSource();
        await using var server = await GrpcTestServer.StartAsync(e => e.MapGrpcDuplex(Path, async call =>
        {
            await goOn.Task;
            while (await call.ReadAsync(call.Cancelled))
            {
            }

            return GrpcStatus.Ok;
        }));
        await using var channel = server.OpenChannel();
        await using var call = channel.OpenDuplex(Path, new() { Timeout = TimeSpan.FromSeconds(20) });
        var sent = 0;
        var sending = Task.Run(async () =>
        {
            var message = new byte[100_000];
            for (; sent < 200; sent++)
            {
                await call.WriteAsync(message, default);
            }

            await call.CompleteAsync();
        });

        await Eventually.Holds(() => sent > 0, "something was sent");
        var before = -1;
        await Eventually.Holds(
            async () =>
            {
                before = sent;
                await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
                return sent == before;
            },
            "the sender waits");

        // The stream's window of 768 KiB, and what the client's connection holds.
        Assert.InRange(before, 7, 30);
        goOn.SetResult();
        await sending;
        Assert.False(await call.ReadAsync(default));
        Assert.Equal(GrpcStatus.Ok, call.Status);
    }

    [Fact]
    public async Task AnswerOverTheClientsLimitEndsTheCall()
    {
        await using var server = await GrpcTestServer.StartAsync(
            e => e.MapGrpcUnary(Path, (_, _) => new((GrpcReply)new byte[1001])));
        await using var channel = server.OpenChannel(maxReceiveBytes: 1000);

        Assert.Equal(StatusCode.ResourceExhausted, (await channel.UnaryAsync(Path, default, _soon, default)).Status.Code);
    }

    [Fact]
    public async Task ConcurrentCallsShareAChannel()
    {
        await using var server = await GrpcTestServer.StartAsync(
            e => e.MapGrpcUnary(Path, (request, _) => new((GrpcReply)request.ToArray())));
        await using var channel = server.OpenChannel();

        var results = await Task.WhenAll(Enumerable.Range(0, 300).Select(async n =>
            (n, await channel.UnaryAsync(Path, BitConverter.GetBytes(n), _soon, default))));

        Assert.All(results, r => Assert.Equal(r.n, BitConverter.ToInt32(r.Item2.Message.Span)));
    }

    private static async ValueTask<GrpcStatus> EchoAsync(GrpcServerCall call)
    {
        while (await call.ReadAsync(call.Cancelled))
        {
            await call.WriteAsync(call.Current.ToArray(), call.Cancelled);
        }

        return GrpcStatus.Ok;
    }

    private static async Task<GrpcException> SendUntilEndedAsync(DuplexCall call) =>
        await Assert.ThrowsAsync<GrpcException>(async () =>
        {
            var message = new byte[10_000];
            for (var i = 0; i < 10_000; i++)
            {
                await call.WriteAsync(message, default);
            }
        });

    private static ReadOnlySequence<byte> InPieces(byte[] message, Random random)
    {
        var first = new Piece(default, 0, null);
        var last = first;
        for (var at = 0; at < message.Length;)
        {
            var size = Math.Min(message.Length - at, random.Next(1, 40_000));
            last = new Piece(message.AsMemory(at, size), at, last);
            at += size;
        }

        return new(first, 0, last, last.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, long index, Piece? before)
        {
            Memory = memory;
            RunningIndex = index;
            before?.Next = this;
        }
    }
}
