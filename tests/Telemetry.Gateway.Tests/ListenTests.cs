using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Telemetry.Gateway.Authentication;
using Telemetry.Gateway.Tls;
using Telemetry.Grpc;

namespace Telemetry.Gateway.Tests;

public class ListenTests
{
    [Theory]
    [InlineData("127.0.0.1", false, false, false, 0)]
    [InlineData("::1", false, false, false, 0)]
    [InlineData("127.0.0.1", true, false, false, 1)]
    [InlineData("0.0.0.0", false, false, false, 2)]
    [InlineData("0.0.0.0", true, false, false, 1)]
    [InlineData("0.0.0.0", false, true, false, 1)]
    [InlineData("10.0.0.1", true, true, false, 0)]
    [InlineData("0.0.0.0", false, false, true, 0)]
    public void BeyondLoopbackTlsAndTokensAreNeeded(string address, bool tls, bool tokens, bool insecure, int problems)
    {
        var listen = new GatewayListenOptions
        {
            Address = IPAddress.Parse(address),
            CertificateFile = tls ? "server.pem" : null,
            KeyFile = tls ? "server-key.pem" : null,
            Insecure = insecure,
        };

        Assert.Equal(problems, listen.Validate(tokens).Count);
    }

    [Fact]
    public async Task PortTakenIsOneSentence()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var problem = await StartAsync(o => o with { Port = port });

        Assert.Equal($"The gRPC port is taken: something else listens on 127.0.0.1:{port}; choose another with --grpc-port.",
            problem.Message);
    }

    [Fact]
    public async Task UnprotectedAddressIsRefused() =>
        Assert.Contains("TLS", (await StartAsync(o => o with { Address = IPAddress.Any, Port = 0 })).Message, StringComparison.Ordinal);

    [Fact]
    public async Task CertificateThatIsNotThereIsNamed()
    {
        var problem = await StartAsync(o => o with { CertificateFile = "/nowhere.pem", KeyFile = "/nowhere-key.pem", Insecure = true });
        Assert.Contains("/nowhere.pem", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SecondServerJoinsWithTokenAndCa()
    {
        string? token = null;
        await using var gateway = await TestGateway.StartAsync(listen: data => Secured(data, out token), caFile: "tls/ca.pem");
        await using var shipper = gateway.OpenShipper(token);

        await shipper.SendAsync(Some.Message(Some.Hello()));
        Assert.NotNull((await shipper.ReceiveAsync())?.Welcome);
        await shipper.SendAsync(Some.Message(1, Some.Body()));
        await shipper.AckedThroughAsync(1);

        Assert.Equal("acme", Assert.Single(gateway.Bus.Entries).Stamp.Tenant);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("tlm_0123456789abcdef_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("")]
    public async Task WrongTokenIsUnauthenticated(string? token)
    {
        await using var gateway = await TestGateway.StartAsync(listen: data => Secured(data, out _), caFile: "tls/ca.pem");
        await using var shipper = gateway.OpenShipper(token);

        await shipper.TrySendAsync(Some.Message(Some.Hello()));

        Assert.Equal(StatusCode.Unauthenticated, (await shipper.EndAsync()).Code);
    }

    [Fact]
    public async Task TokenOfAnotherInstanceIsDenied()
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var shipper = gateway.OpenShipper(gateway.Tokens.Create("bound", instanceId: "i-other"));

        await shipper.TrySendAsync(Some.Message(Some.Hello()));

        Assert.Equal(StatusCode.PermissionDenied, (await shipper.EndAsync()).Code);
    }

    [Fact]
    public async Task RevokedTokenEndsItsCall()
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var shipper = gateway.OpenShipper(gateway.Tokens.Create("web"));
        await shipper.SendAsync(Some.Message(Some.Hello()));
        Assert.NotNull((await shipper.ReceiveAsync())?.Welcome);

        gateway.Tokens.Revoke("web");

        ulong number = 0;
        await Eventually.Holds(
            async () =>
            {
                await shipper.TrySendAsync(Some.Message(++number, Some.Body()));
                return await shipper.ReceiveAsync() is null;
            },
            "the call has ended");
        Assert.Equal(StatusCode.Unauthenticated, shipper.Call.Status.Code);
    }

    [Fact]
    public async Task ServerThatTheCaDidNotSignIsNotTrusted()
    {
        string? token = null;
        await using var gateway = await TestGateway.StartAsync(listen: data => Secured(data, out token));
        using var another = new TemporaryDirectory();
        var files = TlsAuthority.Create(another.Path, [], TimeProvider.System);
        await using var shipper = new TestShipper(gateway.OpenChannel(token, files.CaFile));

        await shipper.TrySendAsync(Some.Message(Some.Hello()));

        var status = await shipper.EndAsync();
        Assert.Equal(StatusCode.Unavailable, status.Code);
        Assert.Contains("TLS", status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AuthorityIsKeptWhenAnotherServerCertificateIsMade()
    {
        using var directory = new TemporaryDirectory();
        var files = TlsAuthority.Create(directory.Path, ["a.example"], TimeProvider.System);
        var (ca, server) = (File.ReadAllText(files.CaFile), File.ReadAllText(files.CertificateFile));

        TlsAuthority.Create(directory.Path, ["b.example", "10.1.2.3"], TimeProvider.System);

        Assert.Equal(ca, File.ReadAllText(files.CaFile));
        Assert.NotEqual(server, File.ReadAllText(files.CertificateFile));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(files.KeyFile));
        }
    }

    [Fact]
    public async Task HealthNeedsNoTokenAndFollowsTheShutdown()
    {
        await using var gateway = await TestGateway.StartAsync(listen: data => Secured(data, out _), caFile: "tls/ca.pem");
        await using var channel = gateway.OpenChannel();
        var check = await channel.UnaryAsync("/grpc.health.v1.Health/Check", default,
            new GrpcCallOptions { Timeout = TimeSpan.FromSeconds(5) }, default);
        Assert.Equal([0x08, 1], check.Message.ToArray());

        await using var watch = channel.OpenDuplex("/grpc.health.v1.Health/Watch", GrpcCallOptions.Default);
        await watch.WriteAsync("\x0a\x13telemetry.v1.Ingest"u8.ToArray(), default);
        await watch.CompleteAsync();
        Assert.True(await watch.ReadAsync(default));
        Assert.Equal([0x08, 1], watch.Current.ToArray());

        var stopping = gateway.Host.StopAsync(TimeSpan.FromMilliseconds(200));

        Assert.True(await watch.ReadAsync(default), watch.Status.ToString());
        Assert.Equal([0x08, 2], watch.Current.ToArray());
        await stopping;
    }

    private static GatewayListenOptions Secured(string data, out string token)
    {
        token = new TokenStore(data, TimeProvider.System).Create("web", tenant: "acme");
        var files = TlsAuthority.Create(data, ["gateway.example"], TimeProvider.System);
        return new() { CertificateFile = files.CertificateFile, KeyFile = files.KeyFile };
    }

    private static async Task<GatewayException> StartAsync(Func<GatewayListenOptions, GatewayListenOptions> listen)
    {
        using var directory = new TemporaryDirectory();
        var options = new GatewayOptions { DataDirectory = directory.Path, Listen = listen(new()) };
        return await Assert.ThrowsAsync<GatewayException>(
            () => GatewayHost.StartAsync(options, new MemoryBus(), TimeProvider.System, NullLoggerFactory.Instance));
    }
}
