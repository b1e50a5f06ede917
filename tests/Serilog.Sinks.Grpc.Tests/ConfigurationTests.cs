using System.Collections.Concurrent;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Serilog.Configuration;
using Serilog.Core;
using Telemetry.Gateway.Authentication;
using Telemetry.Gateway.Levels;
using Telemetry.Shipper.Tests.Support;

namespace Serilog.Sinks.Grpc.Tests;

/// <summary>Files as applications have them, read by Serilog.Settings.Configuration.</summary>
public sealed partial class ConfigurationTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public ConfigurationTests()
    {
        Environment.SetEnvironmentVariable("SHOP_DATA", _directory.Path);
        File.WriteAllText(_directory["token"], "a token");
        File.WriteAllText(_directory["ca.pem"], "");
    }

    [Fact]
    public void TheSampleHasEveryParameter()
    {
        var parameters = typeof(GrpcLoggerConfigurationExtensions).GetMethods()
            .Single(m => m.Name == "Grpc" && m.GetParameters() is [{ ParameterType: var first }, { ParameterType: var second }, ..]
                && first == typeof(LoggerSinkConfiguration) && second == typeof(string)).GetParameters().Skip(1).Select(p => p.Name!);
        var given = Read(Sample("everything.json")).GetSection("Serilog:WriteTo:0:Args").GetChildren().Select(s => s.Key);
        // What one of two declares the other does in the same way.
        Assert.Equal(parameters.Where(p => p is not ("levelSwitch" or "token")).Order(), given.Order());
    }

    [Fact]
    public async Task EveryParameterOfAFileIsUnderstood()
    {
        await using var gateway = await RealGateway.StartAsync();
        new LevelStore(gateway.Data, TimeProvider.System).Set("shop", "Verbose", TimeSpan.FromMinutes(1), "ann");
        await File.WriteAllTextAsync(_directory["token"], new TokenStore(gateway.Data, TimeProvider.System).Create("shop"));
        await using (var logger = Logger("everything.json", gateway.Address))
        {
            await Eventually.Holds(() => logger.IsEnabled(Events.LogEventLevel.Verbose), "the switch of the file is moved");
            logger.Verbose("order {Id}", 7);
        }

        var line = Assert.Single(gateway.Lines());
        Assert.Contains("\"team\":\"checkout\"", line, StringComparison.Ordinal);
        Assert.Contains("\"deployment.environment\":\"staging\"", line, StringComparison.Ordinal);
        Assert.True(Directory.Exists(_directory["telemetry"]), "the buffer is where the variable says");
    }

    [Fact]
    public async Task AnAuditLogOfAFileWaitsForTheGateway()
    {
        await using var gateway = await RealGateway.StartAsync();
        await using var logger = Logger("audit.json", gateway.Address, "AuditTo");
        logger.Information("paid {Id}", 7);
        Assert.Contains("\"team\":\"payments\"", Assert.Single(gateway.Lines()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task HeadersOfAFileAreSent()
    {
        var tenants = new ConcurrentQueue<string?>();
        await using var proxy = await ProxyAsync(tenants);
        await using var logger = Logger("everything.json", new Uri(proxy.Urls.Single()));
        await Eventually.Holds(() => tenants.Contains("acme"), "the header arrives");
    }

    [Fact]
    public async Task WhatTheReadmesSayIsUnderstood()
    {
        await using var gateway = await RealGateway.StartAsync();
        await using (var logger = Logger("minimal.json", gateway.Address))
        {
            logger.Information("of the sample");
        }

        var readme = File.ReadAllText(Sample("README.md"));
        var file = _directory["readme.json"];
        await File.WriteAllTextAsync(file, JsonBlock().Match(readme).Groups[1].Value.Replace("/var/lib/shop", _directory.Path, StringComparison.Ordinal));
        await using (var logger = Logger(file, gateway.Address))
        {
            logger.Information("of the readme");
        }

        Assert.Equal(2, gateway.Lines().Count);
    }

    public void Dispose() => _directory.Dispose();

    private static string Sample(string name) => Path.Combine(AppContext.BaseDirectory, "Samples", name);

    private static IConfigurationRoot Read(string file) => new ConfigurationBuilder().AddJsonFile(file).Build();

    private Logger Logger(string sample, Uri gateway, string kind = "WriteTo")
    {
        var configuration = new ConfigurationBuilder().AddJsonFile(Path.IsPathRooted(sample) ? sample : Sample(sample))
            .AddInMemoryCollection([new($"Serilog:{kind}:0:Args:endpoint", gateway.ToString())]).Build();
        return new LoggerConfiguration().ReadFrom.Configuration(configuration).CreateLogger();
    }

    private static async Task<WebApplication> ProxyAsync(ConcurrentQueue<string?> tenants)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        app.Run(context =>
        {
            tenants.Enqueue(context.Request.Headers["x-tenant"]);
            return Task.CompletedTask;
        });
        await app.StartAsync();
        return app;
    }

    [GeneratedRegex("```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex JsonBlock();
}
