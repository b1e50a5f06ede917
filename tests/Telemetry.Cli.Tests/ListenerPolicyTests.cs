using System.Net;
using Telemetry.Cli.Configuration;
using Telemetry.Cli.Hosting;

namespace Telemetry.Cli.Tests;

public sealed class ListenerPolicyTests
{
    private static readonly IPEndPoint Loopback = new(IPAddress.Loopback, 5080);
    private static readonly IPEndPoint Everywhere = new(IPAddress.Any, 5080);
    private static readonly ListenerOptions Tls = new() { TlsCertificate = "c", TlsKey = "k" };

    [Fact]
    public void LoopbackNeedsNothing() => ListenerPolicy.Check(new ListenerOptions(), [Loopback], hasTokens: false);

    [Fact]
    public void BeyondItTlsAndATokenAreNeeded()
    {
        var failure = Assert.Throws<CliFailure>(() => ListenerPolicy.Check(new ListenerOptions(), [Loopback, Everywhere], hasTokens: false));

        Assert.Equal(ExitCodes.Usage, failure.ExitCode);
        Assert.Equal(2, failure.Sentences.Count);
        Assert.All(failure.Sentences, sentence => Assert.StartsWith("0.0.0.0:5080 can be reached", sentence));
    }

    [Fact]
    public void EitherAloneIsNotEnough()
    {
        Assert.Single(Assert.Throws<CliFailure>(() => ListenerPolicy.Check(Tls, [Everywhere], hasTokens: false)).Sentences);
        Assert.Single(Assert.Throws<CliFailure>(() => ListenerPolicy.Check(new ListenerOptions(), [Everywhere], hasTokens: true)).Sentences);
        ListenerPolicy.Check(Tls, [Everywhere], hasTokens: true);
    }

    [Fact]
    public void InsecureAllowsEverything() =>
        ListenerPolicy.Check(new ListenerOptions { Insecure = true }, [Everywhere], hasTokens: false);
}
