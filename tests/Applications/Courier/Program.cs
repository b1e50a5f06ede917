using Telemetry.Applications.Courier;

var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.Logging.AddTelemetry();
builder.Services.AddHostedService<Tour>();
builder.Build().Run();
