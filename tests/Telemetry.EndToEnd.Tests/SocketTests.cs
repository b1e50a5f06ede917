using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Telemetry.EndToEnd.Tests;

/// <summary>An application that ships to the shipper of its server over the Unix socket.</summary>
[Trait("Category", "heavy")]
public sealed class SocketTests
{
    [Fact]
    public async Task WhatTheKernelSaysOfTheProcessCountsAndNotWhatItClaims()
    {
        Commands.NeedShipper();
        await using var here = new Installation();
        await using var up = await here.UpAsync("--no-shipper");
        await using var shipper = StartShipper(here);
        await using (var logger = Logger(here))
        {
            logger.ForContext("process.pid", 1).ForContext("process.user.id", "admin").Information("order {Id}", 7);
        }

        await Eventually.Holds(
            async () => await here.CountAsync($"labels.Id : 7 and process.pid : {Environment.ProcessId}") == 1, "the event has its process");
        foreach (var query in new[]
        {
            "service.name : shop", "telemetry.stream.name : shop", "lifetime.id : *", "agent.name : telemetry-shipper", "service.node.role : till",
            $"process.executable : \"{Environment.ProcessPath}\"", "process.user.id : *", "process.group.id : *", "telemetry.cgroup : *",
        })
        {
            Assert.True(await here.CountAsync($"labels.Id : 7 and {query}") == 1, query);
        }

        Assert.Equal(0, await here.CountAsync("labels.Id : 7 and (process.pid : 1 or process.user.id : admin)"));
    }

    [Fact]
    public async Task ALevelIsMovedFromOutsideThroughTheShipperAndTheLifetimeTells()
    {
        Commands.NeedShipper();
        await using var here = new Installation();
        await using var up = await here.UpAsync("--no-shipper");
        await using var shipper = StartShipper(here);
        var level = new LoggingLevelSwitch();
        await using var logger = new LoggerConfiguration().MinimumLevel.ControlledBy(level)
            .WriteTo.Grpc(endpoint: $"unix://{Socket(here)}", serviceName: "shop", controlLevelSwitch: level).CreateLogger();
        logger.Debug("early detail");
        Assert.Equal(0, (await here.TelemetryAsync("level", "set", "--service", "shop", "Debug", "--for", "10m")).ExitCode);
        await Eventually.Holds(() => level.MinimumLevel == LogEventLevel.Debug, "the switch is moved");
        logger.Debug("late detail");

        await Eventually.Holds(async () => await here.CountAsync("detail and service.name : shop") == 1, "what it lets through is found");
        await Eventually.Holds(
            async () => await here.CountAsync("event.action : level_change and event.reason : Debug and service.name : shop") == 1, "the change is found");
    }

    [Fact]
    public async Task WhatTheShipperAcceptedSurvivesItsDeathAndTheApplications()
    {
        Commands.NeedShipper();
        await using var here = new Installation();
        await using (var shipper = StartShipper(here))
        {
            await using (var logger = Logger(here))
            {
                for (var i = 0; i < 1000; i++)
                {
                    logger.Information("early {Number}", i);
                }
            }

            // The logger's end has waited for the shipper's word.
            await shipper.KillAsync();
        }

        await using var up = await here.UpAsync("--no-shipper");
        await using var next = StartShipper(here);
        await Eventually.Holds(async () => await here.CountAsync("early") == 1000, "all of them are found");
    }

    [Fact]
    public async Task TheShipperMayBeRestartedUnderTheApplication()
    {
        Commands.NeedShipper();
        await using var here = new Installation();
        await using var up = await here.UpAsync("--no-shipper");
        await using var logger = Logger(here);
        var number = 0;
        for (var run = 0; run < 4; run++)
        {
            await using var shipper = StartShipper(here);
            Log(250);
            await Eventually.Holds(async () => await here.CountAsync("steady") >= number / 2, "they come");
            Log(250);
            if (run % 2 == 0)
            {
                await shipper.KillAsync();
            }
        }

        await using var last = StartShipper(here);
        await Eventually.Holds(async () => await here.CountAsync("steady") == number, "all of them are found", TimeSpan.FromSeconds(30));
        logger.Information("behind all of them");
        await Eventually.Holds(async () => await here.CountAsync("\"behind all of them\"") == 1, "what comes after them is found");
        Assert.Equal(number, await here.CountAsync("steady"));

        void Log(int count)
        {
            for (var i = 0; i < count; i++)
            {
                logger.Information("steady {Number}", number++);
            }
        }
    }

    private static string Socket(Installation here) => Path.Combine(here.Folder, "s");

    private static RunningProcess StartShipper(Installation here) => here.Start(
        "shipper", Installation.Shipper, "run", "--gateway", here.Gateway, "--data", Path.Combine(here.Folder, "shipper"), "--instance-id", "till-1",
        "--role", "till", "--socket", Socket(here));

    private static Logger Logger(Installation here) => new LoggerConfiguration()
        .WriteTo.Grpc(endpoint: "unix://" + Socket(here), serviceName: "shop", serviceVersion: "1.2.3")
        .CreateLogger();
}
