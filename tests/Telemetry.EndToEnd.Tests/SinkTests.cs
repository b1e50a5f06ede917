using System.Diagnostics;
using Serilog;
using Serilog.Core;

namespace Telemetry.EndToEnd.Tests;

/// <summary>An application's events, from its logger to the search.</summary>
[Trait("Category", "heavy")]
public sealed class SinkTests
{
    [Fact]
    public async Task AnEventIsFoundByAllThatItSays()
    {
        await using var here = new Installation();
        await using var up = await here.UpAsync("--no-shipper");
        using var activity = new Activity("order").SetIdFormat(ActivityIdFormat.W3C).Start();
        await using (var logger = Logger(here))
        {
            logger.ForContext("SourceContext", "Shop.Cart")
                .Warning(new InvalidOperationException("no stock"), "order {Id} of {User} took {Elapsed:0.0} ms", 7, "Ann", 12.345);
        }

        await Eventually.Holds(async () => await here.CountAsync("labels.Id : 7") == 1, "the event is found");
        Assert.All(
            [
                "message : \"order 7 of Ann took 12.3 ms\"", "log.level : warn", "service.name : shop", "service.version : \"1.2.3\"",
                "log.logger : \"Shop.Cart\"", "error.type : \"System.InvalidOperationException\"", "error.message : \"no stock\"",
                "telemetry.message_template : \"order {Id} of {User} took {Elapsed:0.0} ms\"", $"trace.id : {activity.TraceId}", $"span.id : {activity.SpanId}",
                $"host.name : {Environment.MachineName}", "telemetry.parsed : true",
            ],
            query => Assert.Equal(1, here.CountAsync($"labels.Id : 7 and {query}").GetAwaiter().GetResult()));
    }

    [Fact]
    public async Task WhatWasLoggedWhileEverythingWasDownComesAfterwards()
    {
        await using var here = new Installation();
        await using var logger = Logger(here);
        for (var i = 0; i < 500; i++)
        {
            logger.Information("early {Number}", i);
        }

        await using var up = await here.UpAsync("--no-shipper");
        await Eventually.Holds(async () => await here.CountAsync("early") == 500, "all of them are found");
    }

    private static Logger Logger(Installation here) => new LoggerConfiguration()
        .WriteTo.Grpc(endpoint: here.Gateway, serviceName: "shop", serviceVersion: "1.2.3")
        .CreateLogger();
}
