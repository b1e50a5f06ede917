namespace Telemetry.Applications.Courier;

/// <summary>Delivers three parcels, one of which is refused, and ends the application.</summary>
internal sealed class Tour(ILogger<Tour> logger, IHostApplicationLifetime lifetime) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var parcel = 1; parcel <= 3; parcel++)
        {
            using var scope = logger.BeginScope(new Dictionary<string, object> { ["Parcel"] = parcel });
            logger.LogDebug("not shipped: below the level");
            logger.LogInformation("parcel {Number} delivered to {Street}", parcel, "Elm Street");
        }

        logger.LogError(new EventId(17, "Refused"), new InvalidOperationException("nobody at home"), "parcel {Number} refused", 3);
        lifetime.StopApplication();
        return Task.CompletedTask;
    }
}
