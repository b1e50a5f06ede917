using System.Net;
using Microsoft.AspNetCore.Http;
using Telemetry.Cli.Care;
using Telemetry.Cli.Configuration;
using Telemetry.Gateway.Authentication;

namespace Telemetry.Cli.Tests;

public sealed class ChangeGateTests : IDisposable
{
    private static readonly ListenerOptions Loopback = new();
    private static readonly ListenerOptions Open = new() { Http = new IPEndPoint(IPAddress.Any, 5080) };
    private static readonly ListenerOptions Insecure = Open with { Insecure = true };

    private readonly TemporaryDirectory _directory = new();
    private readonly TokenStore _tokens;

    public ChangeGateTests() => _tokens = new TokenStore(_directory.Path, new FakeTime());

    [Fact]
    public void WhoSitsHereMayWhereReadingNeedsNoToken()
    {
        Assert.Equal("local", Judge(Loopback, "127.0.0.1").User);
        Assert.Equal("local", Judge(Loopback, "::1").User);
        Assert.Equal("local", Judge(Insecure, "::ffff:127.0.0.1").User);
        Assert.NotNull(Judge(Open, "127.0.0.1").Refusal);
        Assert.NotNull(Judge(Insecure, "10.0.0.7").Refusal);
        Assert.NotNull(Judge(Loopback, null).Refusal);
    }

    [Theory]
    [InlineData("X-Forwarded-For")]
    [InlineData("Forwarded")]
    [InlineData("Via")]
    [InlineData("X-Real-IP")]
    public void WhoComesThroughAProxyDoesNotSitHere(string header) =>
        Assert.NotNull(Judge(Loopback, "127.0.0.1", null, header).Refusal);

    [Fact]
    public void ATokenThatReadsDoesNotPurge()
    {
        var reading = _tokens.Create("reader");
        var purging = _tokens.Create("keeper", mayPurge: true);

        foreach (var listen in (ListenerOptions[])[Loopback, Open, Insecure])
        {
            Assert.NotNull(Judge(listen, "127.0.0.1", reading).Refusal);
            Assert.Equal("keeper", Judge(listen, "10.0.0.7", purging).User);
        }

        Assert.NotNull(Judge(Open, "10.0.0.7", purging[..^1]).Refusal);
        _tokens.Revoke("keeper");
        Assert.NotNull(Judge(Open, "10.0.0.7", purging).Refusal);
    }

    public void Dispose() => _directory.Dispose();

    private Telemetry.Console.Care.ChangeRight Judge(ListenerOptions listen, string? address, string? token = null, string? header = null)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = address is null ? null : IPAddress.Parse(address);
        if (token is not null)
        {
            context.Request.Headers.Authorization = $"Bearer {token}";
        }

        if (header is not null)
        {
            context.Request.Headers[header] = "10.0.0.7";
        }

        return new ChangeGate(_tokens, listen).Judge(context);
    }
}
