using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using Serilog.Core;
using Telemetry.Gateway;
using Telemetry.Gateway.Authentication;
using Telemetry.Gateway.Tls;
using Telemetry.Shipper.Tests.Support;

namespace Serilog.Sinks.Grpc.Tests;

/// <summary>What happens to gateways and to the way there while applications log.</summary>
public sealed class NetworkTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private int _logged;

    [Fact]
    public async Task AGatewayMayBeRestartedUnderLoad()
    {
        await using var gateway = await RealGateway.StartAsync();
        await using (var logger = Logger(gateway.Address))
        {
            for (var run = 0; run < 4; run++)
            {
                await LogSomeAsync(logger);
                await gateway.StopAsync();
                await LogSomeAsync(logger);
                await gateway.StartAgainAsync(gateway.Address.Port);
            }

            await Eventually.Holds(() => gateway.LineCount == _logged, "all of them arrive");
        }
    }

    [Fact]
    public async Task IPv6IsAnAddressLikeAnother()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "This machine has no IPv6.");
        await using var gateway = await RealGateway.StartAsync(listen: _ => new GatewayListenOptions { Address = IPAddress.IPv6Loopback });
        Assert.Contains("[::1]", gateway.Address.ToString(), StringComparison.Ordinal);
        await using (var logger = Logger(gateway.Address))
        {
            await LogSomeAsync(logger);
        }

        Assert.Equal(_logged, gateway.LineCount);
    }

    [Fact]
    public async Task TokenAndAuthorityMayBeChangedUnderTheApplication()
    {
        var (token, ca) = (_directory["token"], _directory["ca.pem"]);
        await using var gateway = await RealGateway.StartAsync(listen: data => Secured(data, ca));
        var tokens = new TokenStore(gateway.Data, TimeProvider.System);
        await File.WriteAllTextAsync(token, tokens.Create("old"));
        var port = gateway.Address.Port;
        await using var logger = Logger(new Uri($"https://localhost:{port}"), o => (o.TokenFile, o.CaFile, o.CallTimeout) = (token, ca, TimeSpan.FromSeconds(3)));
        await LogSomeAsync(logger);
        await Eventually.Holds(() => gateway.LineCount == _logged, "they arrive with the old token");

        await File.WriteAllTextAsync(token, tokens.Create("new"));
        tokens.Revoke("old");
        await LogSomeAsync(logger);
        await Eventually.Holds(() => gateway.LineCount == _logged, "they arrive with the new token");

        await gateway.StopAsync();
        Directory.Delete(TlsFiles.In(gateway.Data).Directory, recursive: true);
        await gateway.StartAgainAsync(port);
        await LogSomeAsync(logger);
        await Eventually.Holds(() => gateway.LineCount == _logged, "they arrive with the new authority");
    }

    [Fact]
    public async Task ThroughAProxyToANameThatMoves()
    {
        var (token, ca) = (_directory["token"], _directory["ca.pem"]);
        await using var gateway = await RealGateway.StartAsync(listen: data => Secured(data, ca));
        var authority = TlsFiles.In(gateway.Data);
        await File.WriteAllTextAsync(token, new TokenStore(gateway.Data, TimeProvider.System).Create("web"));
        await using var other = await RealGateway.StartAsync(listen: data =>
        {
            File.Copy(Path.Combine(gateway.Data, "tokens.json"), Path.Combine(data, "tokens.json"));
            return new GatewayListenOptions { CertificateFile = authority.CertificateFile, KeyFile = authority.KeyFile };
        });
        await using var proxy = new ConnectProxy("gateway.example") { Target = gateway.Address.Port };
        var before = HttpClient.DefaultProxy;
        HttpClient.DefaultProxy = proxy;
        try
        {
            await using (var logger = Logger(new Uri("https://gateway.example:4319"), o =>
            {
                (o.TokenFile, o.CaFile, o.CallTimeout) = (token, ca, TimeSpan.FromSeconds(2));
            }))
            {
                await LogSomeAsync(logger);
                await Eventually.Holds(() => gateway.LineCount == _logged, "they arrive through the proxy");

                proxy.Target = other.Address.Port;
                proxy.Cut();
                await LogSomeAsync(logger);
                await Eventually.Holds(() => gateway.Lines().Union(other.Lines()).Count() == _logged, "they arrive where the name leads now");

                // As of a machine that is suspended: connections are there, and nobody answers.
                proxy.Stall();
                await LogSomeAsync(logger);
                var tunnels = proxy.Tunnels;
                await Eventually.Holds(() => proxy.Tunnels > tunnels, "the connection is given up");
                proxy.Resume();
                await Eventually.Holds(() => gateway.Lines().Union(other.Lines()).Count() == _logged, "they arrive afterwards");
            }
        }
        finally
        {
            HttpClient.DefaultProxy = before;
        }
    }

    public void Dispose() => _directory.Dispose();

    private static GatewayListenOptions Secured(string data, string ca)
    {
        if (new TokenStore(data, TimeProvider.System).List().Count == 0)
        {
            new TokenStore(data, TimeProvider.System).Create("first");
        }

        var files = TlsAuthority.Create(data, ["gateway.example"], TimeProvider.System);
        File.Copy(files.CaFile, ca, overwrite: true);
        return new GatewayListenOptions { CertificateFile = files.CertificateFile, KeyFile = files.KeyFile };
    }

    private async Task LogSomeAsync(Logger logger)
    {
        for (var i = 0; i < 200; i++)
        {
            logger.Information("order {Id}", _logged++);
            if (i % 20 == 0)
            {
                await Task.Yield();
            }
        }
    }

    private static Logger Logger(Uri gateway, Action<BatchedGrpcSinkOptions>? configure = null) => new LoggerConfiguration()
        .WriteTo.Grpc(
            options =>
            {
                options.Endpoint = gateway.ToString();
                options.BufferingTimeLimit = TimeSpan.FromMilliseconds(20);
                configure?.Invoke(options);
            },
            ignoreEnvironment: true)
        .CreateLogger();
}
