using Serilog;

// NAME: sells something, under this name of the service; ends with 1 when it could not.
var buffer = args.ElementAtOrDefault(1);
Log.Logger = new LoggerConfiguration().WriteTo.Grpc(serviceName: args[0], serviceVersion: "3.0.0", bufferPath: buffer).CreateLogger();
try
{
    Log.Information("sold {Count} of {Article} for {Price}", 2, "apples", 1.25m);
    throw new InvalidOperationException("the drawer is stuck");
}
catch (InvalidOperationException e)
{
    Log.Fatal(e, "the till of {Clerk} stops", "Bob");
    return 1;
}
finally
{
    await Log.CloseAndFlushAsync();
}
