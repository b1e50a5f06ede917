using Microsoft.AspNetCore.Http;
using Telemetry.Cli.Hosting;

namespace Telemetry.Cli.Tests;

public sealed class HostGateTests
{
    [Theory]
    [InlineData("localhost:5080")]
    [InlineData("LOCALHOST.")]
    [InlineData("shop.localhost")]
    [InlineData("127.0.0.1:5080")]
    [InlineData("[::1]:5080")]
    [InlineData("192.168.1.7")]
    [InlineData("logs.example:443")]
    public async Task NamesOfThisMachineAreAnswered(string host) => Assert.Equal(200, await AskAsync(host));

    [Fact]
    public async Task TheMachinesNameIsAnswered() => Assert.Equal(200, await AskAsync(Environment.MachineName));

    [Theory]
    [InlineData("evil.example")]
    [InlineData("evil.example:5080")]
    [InlineData("localhost.evil.example")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("evillocalhost")]
    [InlineData("")]
    public async Task OtherNamesAreMisdirected(string host) => Assert.Equal(421, await AskAsync(host));

    private static async Task<int> AskAsync(string host)
    {
        var context = new DefaultHttpContext();
        context.Request.Host = new HostString(host);
        await new HostGate(["logs.example"]).InvokeAsync(context, _ => Task.CompletedTask);
        return context.Response.StatusCode;
    }
}
