using Serilog.Core;
using Serilog.Events;
using Telemetry.Gateway.Levels;
using Telemetry.Protos.V1;
using Telemetry.Shipper.Tests.Support;
using Telemetry.Wire;

namespace Serilog.Sinks.Grpc.Tests;

/// <summary>A switch that is moved where the gateway is.</summary>
public sealed class ControlledLevelTests
{
    private readonly LoggingLevelSwitch _switch = new(LogEventLevel.Warning);

    [Fact]
    public async Task TheGatewayMovesTheSwitchAndTheLifetimeKnows()
    {
        await using var gateway = await RealGateway.StartAsync();
        var levels = new LevelStore(gateway.Data, TimeProvider.System);
        levels.Set("another", "Verbose", TimeSpan.FromMinutes(1), "ann");
        await using var logger = Logger(gateway);
        logger.Debug("too early");

        levels.Set("shop", "Debug", TimeSpan.FromMinutes(1), "ann");
        await Moved(LogEventLevel.Debug);
        logger.Debug("heard");
        levels.Set("shop", "Error", TimeSpan.FromMinutes(1), "ann");
        await Moved(LogEventLevel.Error);
        logger.Warning("too little");
        levels.Clear("shop");
        await Moved(LogEventLevel.Warning);
        logger.Warning("again");

        await Eventually.Holds(() => gateway.Lines().Count == 2 && Changes(gateway).Count == 3, "events and changes arrive");
        Assert.Contains("heard", gateway.Lines()[0], StringComparison.Ordinal);
        Assert.Equal([("Debug", true), ("Error", true), ("Warning", false)], Changes(gateway).Select(c => (c.Level, c.UntilUnixUs > 0)));
        Assert.All(Changes(gateway), c => Assert.Equal(
            Assert.Single(gateway.Messages(RecordKind.WorkloadStart, WorkloadStart.Parser)).Workload.Id, c.WorkloadId));
    }

    [Fact]
    public async Task ItGoesBackByItselfAlsoWhileTheGatewayIsAway()
    {
        await using var gateway = await RealGateway.StartAsync();
        new LevelStore(gateway.Data, TimeProvider.System).Set("shop", "Verbose", TimeSpan.FromSeconds(3), "ann");
        await using var logger = Logger(gateway);
        await Moved(LogEventLevel.Verbose);
        await gateway.StopAsync();
        await Moved(LogEventLevel.Warning);
    }

    [Fact]
    public async Task TheEndOfTheSinkAndListenersThatThrowLeaveItInOrder()
    {
        _switch.MinimumLevelChanged += (_, _) => throw new InvalidOperationException("of the application");
        await using var gateway = await RealGateway.StartAsync();
        new LevelStore(gateway.Data, TimeProvider.System).Set("shop", "Verbose", TimeSpan.FromMinutes(1), "ann");
        await using (Logger(gateway))
        {
            await Moved(LogEventLevel.Verbose);
        }

        Assert.Equal(LogEventLevel.Warning, _switch.MinimumLevel);
    }

    private Task Moved(LogEventLevel level) => Eventually.Holds(() => _switch.MinimumLevel == level, $"the switch is at {level}");

    private static List<LevelChange> Changes(RealGateway gateway) => gateway.Messages(RecordKind.LevelChange, LevelChange.Parser);

    private Logger Logger(RealGateway gateway) => new LoggerConfiguration()
        .MinimumLevel.ControlledBy(_switch)
        .WriteTo.Grpc(endpoint: gateway.Address.ToString(), serviceName: "shop", bufferingTimeLimit: TimeSpan.FromMilliseconds(20), controlLevelSwitch: _switch)
        .CreateLogger();
}
