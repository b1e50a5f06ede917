using System.Buffers;
using System.Net;
using System.Net.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Telemetry.Grpc.Server.Tests;

/// <summary>What our server makes of requests that keep to the protocol or do not.</summary>
public class ProtocolTests
{
    private static readonly byte[] _abc = [0, 0, 0, 0, 3, 1, 2, 3];

    public static readonly TheoryData<string, byte[], string> BadBodies = new()
    {
        { "unknown flag", [2, 0, 0, 0, 0], "13" },
        { "compressed without an encoding", [1, 0, 0, 0, 1, 0], "13" },
        { "length of 4 GiB", [0, 0xFF, 0xFF, 0xFF, 0xFF], "8" },
        { "a byte over the limit", [0, 0, 0x40, 0, 1], "8" },
        { "message cut off", [0, 0, 0, 0, 9, 1], "13" },
        { "prefix cut off", [0, 0, 0], "13" },
        { "no message", [], "13" },
        { "two messages", [.. _abc, .. _abc], "13" },
        { "trailing garbage", [.. _abc, 0xFF, 0xFF], "13" },
    };

    [Theory]
    [MemberData(nameof(BadBodies))]
    public async Task BadBodyIsAStatus(string what, byte[] body, string status)
    {
        await using var server = await StartEchoAsync();

        var answer = await RawRequest.SendAsync(server, "/test.Echo/Unary", [body]);

        Assert.True(answer.Status == status, $"{what}: {answer}");
        Assert.Equal(200, answer.Http);
        Assert.NotNull(answer.Message);
        Assert.Empty(answer.Body);
    }

    [Fact]
    public async Task PrefixMayBeSplitAnywhere()
    {
        await using var server = await StartEchoAsync();
        for (var split = 1; split < _abc.Length; split++)
        {
            var answer = await RawRequest.SendAsync(server, "/test.Echo/Unary", [_abc[..split], _abc[split..]]);
            Assert.Equal(("0", true), (answer.Status, answer.InTrailers));
            Assert.Equal(_abc, answer.Body);
        }
    }

    [Fact]
    public async Task ManyMessagesMayBeInOneFrame()
    {
        await using var server = await StartEchoAsync();

        var answer = await RawRequest.SendAsync(server, "/test.Echo/Duplex", [[.. _abc, 0, 0, 0, 0, 0, .. _abc]]);

        Assert.Equal("0", answer.Status);
        Assert.Equal([.. _abc, 0, 0, 0, 0, 0, .. _abc], answer.Body);
    }

    [Theory]
    [InlineData("/test.Echo/Nothing", "Method is unimplemented.")]
    [InlineData("/test.echo/Unary", "Service is unimplemented.")]
    [InlineData("/test.Echo/unary", "Method is unimplemented.")]
    [InlineData("/test.Other/Unary", "Service is unimplemented.")]
    [InlineData("/", "Service is unimplemented.")]
    public async Task UnknownMethodIsUnimplementedInHeadersOnly(string path, string message)
    {
        await using var server = await StartEchoAsync();

        var answer = await RawRequest.SendAsync(server, path, [_abc]);

        Assert.Equal((200, "12", message, false), (answer.Http, answer.Status, answer.Message, answer.InTrailers));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("application/json")]
    [InlineData("application/grpc-web")]
    public async Task AnotherContentTypeIs415(string? contentType)
    {
        await using var server = await StartEchoAsync();
        Assert.Equal(415, (await RawRequest.SendAsync(server, "/test.Echo/Unary", [_abc], contentType)).Http);
    }

    [Theory]
    [InlineData("application/grpc+proto")]
    [InlineData("application/grpc;x=y")]
    public async Task ContentTypeMayHaveASuffix(string contentType)
    {
        await using var server = await StartEchoAsync();
        Assert.Equal("0", (await RawRequest.SendAsync(server, "/test.Echo/Unary", [_abc], contentType)).Status);
    }

    [Fact]
    public async Task GetIsNoCall()
    {
        await using var server = await StartEchoAsync();
        Assert.Equal(415, (await RawRequest.SendAsync(server, "/test.Echo/Unary", [], method: HttpMethod.Get)).Http);
        Assert.Equal("12", (await RawRequest.SendAsync(server, "/test.Echo/Unary", [_abc], method: HttpMethod.Put)).Status);
    }

    [Fact]
    public async Task Http1IsAskedToUpgrade()
    {
        await using var server = await StartEchoAsync(HttpProtocols.Http1);

        var answer = await RawRequest.SendAsync(server, "/test.Echo/Unary", [_abc], version: HttpVersion.Version11);

        Assert.Equal((426, "HTTP/2"), (answer.Http, answer.Upgrade));
    }

    [Fact]
    public async Task UnknownEncodingIsUnimplementedAndNamesTheKnown()
    {
        await using var server = await StartEchoAsync();

        var answer = await RawRequest.SendAsync(server, "/test.Echo/Unary", [_abc],
            headers: h => h.TryAddWithoutValidation("grpc-encoding", "snappy"));

        Assert.Equal("12", answer.Status);
        Assert.Contains("identity", answer.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1x")]
    [InlineData("123456789S")]
    [InlineData("")]
    public async Task TimeoutThatIsNoneIsIgnored(string timeout)
    {
        await using var server = await StartEchoAsync();

        var answer = await RawRequest.SendAsync(server, "/test.Echo/Unary", [_abc],
            headers: h => h.TryAddWithoutValidation("grpc-timeout", timeout));

        Assert.Equal("0", answer.Status);
    }

    private static Task<GrpcTestServer> StartEchoAsync(HttpProtocols protocols = HttpProtocols.Http2) =>
        GrpcTestServer.StartAsync(Map, protocols: protocols);

    private static void Map(GrpcEndpoints endpoints)
    {
        endpoints.MapGrpcUnary("/test.Echo/Unary", (request, _) => new((GrpcReply)request.ToArray()));
        endpoints.MapGrpcDuplex("/test.Echo/Duplex", async call =>
        {
            while (await call.ReadAsync(call.Cancelled))
            {
                await call.WriteAsync(call.Current.ToArray(), call.Cancelled);
            }

            return GrpcStatus.Ok;
        });
    }
}
