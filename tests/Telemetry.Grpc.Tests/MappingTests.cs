using System.Net.Http;
using System.Net.Sockets;

namespace Telemetry.Grpc.Tests;

public class MappingTests
{
    [Theory]
    [InlineData(400, StatusCode.Internal)]
    [InlineData(401, StatusCode.Unauthenticated)]
    [InlineData(403, StatusCode.PermissionDenied)]
    [InlineData(404, StatusCode.Unimplemented)]
    [InlineData(429, StatusCode.Unavailable)]
    [InlineData(431, StatusCode.Internal)]
    [InlineData(500, StatusCode.Unknown)]
    [InlineData(502, StatusCode.Unavailable)]
    [InlineData(503, StatusCode.Unavailable)]
    [InlineData(504, StatusCode.Unavailable)]
    [InlineData(301, StatusCode.Unknown)]
    public void HttpStatus(int http, StatusCode code) => Assert.Equal(code, HttpStatusMapping.ToCode(http));

    [Theory]
    [InlineData(0x0, StatusCode.Unavailable)]
    [InlineData(0x1, StatusCode.Internal)]
    [InlineData(0x2, StatusCode.Internal)]
    [InlineData(0x7, StatusCode.Unavailable)]
    [InlineData(0x8, StatusCode.Cancelled)]
    [InlineData(0xb, StatusCode.ResourceExhausted)]
    [InlineData(0xc, StatusCode.PermissionDenied)]
    public void Http2ErrorCode(long errorCode, StatusCode code) => Assert.Equal(code,
        TransportFault.ToStatus(new HttpRequestException("x", new HttpProtocolException(errorCode, "y", null))).Code);

    [Fact]
    public void WhatNeverReachedAServerIsUnavailable()
    {
        Assert.Equal(StatusCode.Unavailable, TransportFault.ToStatus(new SocketException(111)).Code);
        Assert.Equal(StatusCode.Unavailable, TransportFault.ToStatus(new IOException("x", new SocketException(104))).Code);
        Assert.Equal(StatusCode.Internal, TransportFault.ToStatus(new InvalidOperationException()).Code);
    }

    [Theory]
    [InlineData("application/grpc", true)]
    [InlineData("application/grpc+proto", true)]
    [InlineData("application/grpc; charset=utf-8", true)]
    [InlineData("Application/GRPC", true)]
    [InlineData("application/grpc-web", false)]
    [InlineData("application/json", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void ContentType(string? value, bool isGrpc) => Assert.Equal(isGrpc, HeaderNames.IsGrpcContentType(value));

    [Fact]
    public void EveryCodeHasItsName()
    {
        Assert.Equal("UNAUTHENTICATED: no", new GrpcStatus(StatusCode.Unauthenticated, "no").ToString());
        Assert.Equal("OK", GrpcStatus.Ok.ToString());
        Assert.Equal("CODE_99", new GrpcStatus((StatusCode)99, "").ToString());
        Assert.Equal(16, (int)Enum.GetValues<StatusCode>().Max());
    }
}
