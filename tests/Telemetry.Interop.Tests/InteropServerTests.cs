using Google.Protobuf;
using Telemetry.Grpc;
using Telemetry.Interop.Tests.Messages;

namespace Telemetry.Interop.Tests;

/// <summary>Our client against the official interop server; the cases of grpc/grpc doc/interop-test-descriptions.md.</summary>
[Trait("Category", "heavy")]
public class InteropServerTests(InteropServer server) : IClassFixture<InteropServer>
{
    private const string Service = "/grpc.testing.TestService/";

    private static readonly GrpcCallOptions _soon = new() { Timeout = TimeSpan.FromSeconds(10) };

    [Fact]
    public async Task EmptyUnary()
    {
        await using var channel = server.OpenChannel();
        var result = await channel.UnaryAsync(Service + "EmptyCall", default, _soon, default);
        Assert.Equal(GrpcStatus.Ok, result.Status);
        Assert.True(result.Message.IsEmpty);
    }

    [Fact]
    public async Task LargeUnary()
    {
        await using var channel = server.OpenChannel();
        var result = await UnaryCallAsync(channel, new() { ResponseSize = 314_159, Payload = Zeros(271_828) });
        Assert.Equal(314_159, SimpleResponse.Parser.ParseFrom(result.Message.Span).Payload.Body.Length);
    }

    [Fact]
    public async Task ClientStreaming()
    {
        await using var channel = server.OpenChannel();
        await using var call = channel.OpenDuplex(Service + "StreamingInputCall", _soon);
        foreach (var size in new[] { 27_182, 8, 1_828, 45_904 })
        {
            await call.WriteAsync(new StreamingInputCallRequest { Payload = Zeros(size) }.ToByteArray(), default);
        }

        await call.CompleteAsync();
        Assert.True(await call.ReadAsync(default), call.Status.ToString());
        Assert.Equal(74_922, StreamingInputCallResponse.Parser.ParseFrom(call.Current.Span).AggregatedPayloadSize);
        await EndsAsync(call, GrpcStatus.Ok);
    }

    [Fact]
    public async Task ServerStreaming()
    {
        await using var channel = server.OpenChannel();
        await using var call = channel.OpenDuplex(Service + "StreamingOutputCall", _soon);
        int[] sizes = [31_415, 9, 2_653, 58_979];
        await call.WriteAsync(Ask(0, sizes), default);
        await call.CompleteAsync();
        foreach (var size in sizes)
        {
            await ReceivesAsync(call, size);
        }

        await EndsAsync(call, GrpcStatus.Ok);
    }

    [Fact]
    public async Task PingPong()
    {
        await using var channel = server.OpenChannel();
        await using var call = channel.OpenDuplex(Service + "FullDuplexCall", _soon);
        foreach (var (request, response) in new[] { (27_182, 31_415), (8, 9), (1_828, 2_653), (45_904, 58_979) })
        {
            await call.WriteAsync(Ask(request, response), default);
            await ReceivesAsync(call, response);
        }

        await call.CompleteAsync();
        await EndsAsync(call, GrpcStatus.Ok);
    }

    [Fact]
    public async Task EmptyStream()
    {
        await using var channel = server.OpenChannel();
        await using var call = channel.OpenDuplex(Service + "FullDuplexCall", _soon);
        await call.CompleteAsync();
        await EndsAsync(call, GrpcStatus.Ok);
    }

    [Fact]
    public async Task CustomMetadata()
    {
        await using var channel = server.OpenChannel();
        var headers = new Metadata { { "x-grpc-test-echo-initial", "test_initial_metadata_value" } };
        headers.Add("x-grpc-test-echo-trailing-bin", [0xAB, 0xAB, 0xAB]);

        var result = await channel.UnaryAsync(Service + "UnaryCall",
            new SimpleRequest { ResponseSize = 1, Payload = Zeros(1) }.ToByteArray(), _soon with { Headers = headers }, default);

        Assert.Equal(GrpcStatus.Ok, result.Status);
        Assert.Equal("test_initial_metadata_value", result.Headers.Get("x-grpc-test-echo-initial"));
        Assert.True(result.Trailers.TryGetBytes("x-grpc-test-echo-trailing-bin", out var bytes));
        Assert.Equal([0xAB, 0xAB, 0xAB], bytes);
    }

    [Theory]
    [InlineData("test status message")]
    [InlineData("\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP \ud83d\ude08\t\n")]
    public async Task StatusCodeAndMessage(string message)
    {
        await using var channel = server.OpenChannel();
        var asked = new EchoStatus { Code = 2, Message = message };
        var expected = new GrpcStatus(StatusCode.Unknown, message);

        Assert.Equal(expected, (await UnaryCallAsync(channel, new() { ResponseStatus = asked })).Status);

        await using var call = channel.OpenDuplex(Service + "FullDuplexCall", _soon);
        try
        {
            await call.WriteAsync(new StreamingOutputCallRequest { ResponseStatus = asked }.ToByteArray(), default);
        }
        catch (GrpcException e)
        {
            // The server may have ended the call before the write has returned.
            Assert.Equal(expected, e.Status);
        }

        await EndsAsync(call, expected);
    }

    [Theory]
    [InlineData("/grpc.testing.TestService/UnimplementedCall")]
    [InlineData("/grpc.testing.UnimplementedService/UnimplementedCall")]
    public async Task Unimplemented(string method)
    {
        await using var channel = server.OpenChannel();
        Assert.Equal(StatusCode.Unimplemented, (await channel.UnaryAsync(method, default, _soon, default)).Status.Code);
    }

    [Fact]
    public async Task CancelAfterBegin()
    {
        await using var channel = server.OpenChannel();
        var call = channel.OpenDuplex(Service + "StreamingInputCall", _soon);
        await call.DisposeAsync();
        Assert.Equal(StatusCode.Cancelled, call.Status.Code);
    }

    [Fact]
    public async Task CancelAfterFirstResponse()
    {
        await using var channel = server.OpenChannel();
        var call = channel.OpenDuplex(Service + "FullDuplexCall", _soon);
        await call.WriteAsync(Ask(27_182, 31_415), default);
        await ReceivesAsync(call, 31_415);
        await call.DisposeAsync();
        Assert.Equal(StatusCode.Cancelled, call.Status.Code);
    }

    [Fact]
    public async Task TimeoutOnSleepingServer()
    {
        await using var channel = server.OpenChannel();
        await using var call =
            channel.OpenDuplex(Service + "FullDuplexCall", new() { Timeout = TimeSpan.FromMilliseconds(1) });
        Assert.False(await call.ReadAsync(default));
        Assert.Equal(StatusCode.DeadlineExceeded, call.Status.Code);
    }

    [Fact]
    public async Task ConcurrentLargeUnary()
    {
        await using var channel = server.OpenChannel();
        var request = new SimpleRequest { ResponseSize = 31_415, Payload = Zeros(27_182) };
        var results = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => UnaryCallAsync(channel, request)));
        Assert.All(results, r => Assert.Equal(GrpcStatus.Ok, r.Status));
    }

    private static Task<GrpcResult> UnaryCallAsync(GrpcChannel channel, SimpleRequest request) =>
        channel.UnaryAsync(Service + "UnaryCall", request.ToByteArray(),
            new GrpcCallOptions { Timeout = TimeSpan.FromSeconds(30) }, default).AsTask();

    private static byte[] Ask(int payload, params int[] sizes)
    {
        var request = new StreamingOutputCallRequest { Payload = Zeros(payload) };
        request.ResponseParameters.Add(sizes.Select(size => new ResponseParameters { Size = size }));
        return request.ToByteArray();
    }

    private static async Task ReceivesAsync(DuplexCall call, int size)
    {
        Assert.True(await call.ReadAsync(default), call.Status.ToString());
        Assert.Equal(size, StreamingOutputCallResponse.Parser.ParseFrom(call.Current.Span).Payload.Body.Length);
    }

    private static async Task EndsAsync(DuplexCall call, GrpcStatus status)
    {
        Assert.False(await call.ReadAsync(default));
        Assert.Equal(status, call.Status);
    }

    private static Payload Zeros(int size) => new() { Body = ByteString.CopyFrom(new byte[size]) };
}
