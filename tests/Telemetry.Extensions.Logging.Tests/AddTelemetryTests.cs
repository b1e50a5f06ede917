using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Serilog;
using Telemetry.Protos.V1;
using Telemetry.Shipper.Tests.Support;
using Telemetry.Wire;

namespace Telemetry.Extensions.Logging.Tests;

public sealed class AddTelemetryTests
{
    [Fact]
    public async Task WhatILoggerIsGivenBecomesFields()
    {
        await using var gateway = await RealGateway.StartAsync();
        await LogAsync(Settings(gateway), logger =>
        {
            using (logger.BeginScope(new Dictionary<string, object> { ["Tenant"] = "blue" }))
            {
                logger.LogWarning(new EventId(7, "Waits"), new InvalidOperationException("no stock"), "order {Id} of {User}", 42, "Ann");
            }
        });
        var line = Assert.Single(gateway.Lines());
        var json = JsonDocument.Parse(line).RootElement;
        Assert.Equal("order {Id} of {User}", json.GetProperty("@mt").GetString());
        Assert.Equal("Warning", json.GetProperty("@l").GetString());
        Assert.Equal((42, "Ann"), (json.GetProperty("Id").GetInt32(), json.GetProperty("User").GetString()));
        Assert.Equal("eu-1a", json.GetProperty("Zone").GetString());
        Assert.Equal("blue", json.GetProperty("Tenant").GetString());
        Assert.Equal(7, json.GetProperty("EventId").GetProperty("Id").GetInt32());
        Assert.Equal("Shop.Cart", json.GetProperty("SourceContext").GetString());
        Assert.StartsWith("System.InvalidOperationException: no stock", json.GetProperty("@x").GetString(), StringComparison.Ordinal);
        Assert.Equal("shop", Assert.Single(gateway.Messages(RecordKind.WorkloadStart, WorkloadStart.Parser)).Workload.Name);
    }

    [Fact]
    public async Task LevelsAreThoseOfTheConfiguration()
    {
        await using var gateway = await RealGateway.StartAsync();
        var settings = Settings(gateway);
        settings["Logging:LogLevel:Default"] = "Error";
        settings["Logging:Telemetry:LogLevel:Default"] = "Warning";
        await LogAsync(settings, logger =>
        {
            logger.LogInformation("not {Number}", 1);
            logger.LogWarning("this {Number}", 2);
        });
        Assert.Contains("\"Number\":2", Assert.Single(gateway.Lines()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CodeGoesBeforeTheSection()
    {
        await using var gateway = await RealGateway.StartAsync();
        await LogAsync(Settings(gateway), logger => logger.LogError("x"), builder => builder.AddTelemetry(o => o.ServiceName = "mine"));
        Assert.Equal("mine", Assert.Single(gateway.Messages(RecordKind.WorkloadStart, WorkloadStart.Parser)).Workload.Name);
    }

    [Theory]
    [InlineData("Telemetry:servicename2", "x", "'Telemetry:servicename2' is no setting")]
    [InlineData("Telemetry:queueLimit", "many", "'many' is nothing that it can be")]
    [InlineData("Telemetry:includedData", "Everything", "'Everything' is nothing that it can be")]
    [InlineData("Telemetry:callTimeout", "soon", "'soon' is no time")]
    [InlineData("Telemetry:bufferSizeLimit", "much", "'much' is no size")]
    [InlineData("Telemetry:endpoint", "nowhere", "'nowhere' is no address")]
    public async Task AWrongSettingIsNamed(string key, string value, string expected)
    {
        var wrong = await Assert.ThrowsAnyAsync<ArgumentException>(() => LogAsync(new() { [key] = value }, _ => { }));
        Assert.Contains(expected, wrong.Message, StringComparison.Ordinal);
    }

    /// <summary>Levels are those of <c>Logging</c>; everything else that a file can say to the sink it can say here.</summary>
    [Fact]
    public void TheSectionHasTheNamesOfTheSink() => Assert.All(
        typeof(GrpcLoggerConfigurationExtensions).GetMethods().Where(m => m.Name == "Grpc")
            .MaxBy(m => m.GetParameters().Length)!.GetParameters().Skip(1)
            .Select(p => p.Name!).Where(name => name is not "restrictedToMinimumLevel" and not "levelSwitch" and not "controlLevelSwitch"),
        name => TelemetrySection.Apply(
            new ConfigurationBuilder().AddInMemoryCollection([new(name, "")]).Build(), new Serilog.Sinks.Grpc.BatchedGrpcSinkOptions()));

    private static Dictionary<string, string?> Settings(RealGateway gateway) => new()
    {
        ["Telemetry:endpoint"] = gateway.Address.ToString(),
        ["Telemetry:serviceName"] = "shop",
        ["Telemetry:bufferingTimeLimit"] = "00:00:00.020",
        ["Telemetry:resourceAttributes:Zone"] = "eu-1a",
    };

    private static async Task LogAsync(
        Dictionary<string, string?> settings, Action<Microsoft.Extensions.Logging.ILogger> log, Action<ILoggingBuilder>? add = null)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        await using var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddLogging(builder =>
            {
                builder.AddConfiguration(configuration.GetSection("Logging"));
                (add ?? (b => b.AddTelemetry()))(builder);
            })
            .BuildServiceProvider();
        log(services.GetRequiredService<ILoggerFactory>().CreateLogger("Shop.Cart"));
    }
}
