using System.Text;
using Microsoft.AspNetCore.Http;
using Telemetry.Cli.Hosting;
using Telemetry.Gateway.Authentication;

namespace Telemetry.Cli.Tests;

public sealed class TokenGateTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly TokenStore _tokens;
    private readonly string _token;

    public TokenGateTests()
    {
        _tokens = new TokenStore(_directory.Path, new FakeTime());
        _token = _tokens.Create("ada");
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task ATokenOpensAsBearerAndAsPassword()
    {
        Assert.Equal(200, await AskAsync($"Bearer {_token}"));
        Assert.Equal(200, await AskAsync($"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"ada:{_token}"))}"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Bearer")]
    [InlineData("Bearer tlm_0000000000000000_x")]
    [InlineData("Basic ???")]
    [InlineData("Basic YWRh")]
    [InlineData("Negotiate x")]
    public async Task AnythingElseIsRefused(string header) => Assert.Equal(401, await AskAsync(header));

    [Fact]
    public async Task ATokenThatIsBoundReadsNothing()
    {
        Assert.Equal(403, await AskAsync($"Bearer {_tokens.Create("web-2", instanceId: "web-2")}"));
        Assert.Equal(403, await AskAsync($"Bearer {_tokens.Create("shop", tenant: "shop")}"));
    }

    [Fact]
    public async Task ARevokedTokenOpensNoMore()
    {
        _tokens.Revoke("ada");

        Assert.Equal(401, await AskAsync($"Bearer {_token}"));
    }

    private async Task<int> AskAsync(string header)
    {
        var context = new DefaultHttpContext { Response = { Body = new MemoryStream() } };
        context.Request.Headers.Authorization = header;
        await new TokenGate(_tokens).InvokeAsync(context, _ => Task.CompletedTask);
        return context.Response.StatusCode;
    }
}
