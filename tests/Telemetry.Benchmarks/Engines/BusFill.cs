namespace Telemetry.Benchmarks.Engines;

/// <summary>Fills a bus from files by the real gateway and shipper, without an indexer.</summary>
internal static class BusFill
{
    /// <summary>Returns when every line of the file is acknowledged.</summary>
    public static Task RunAsync(Installation here, string log, params string[] gatewayArgs) => RunAsync(here, [log], gatewayArgs);

    /// <summary>Returns when every line of all files, each a server's, is acknowledged.</summary>
    public static async Task RunAsync(Installation here, IEnumerable<string> logs, params string[] gatewayArgs)
    {
        await using var gateway = here.Start(
            "fill", Installation.Telemetry, ["gateway", "--data", here.Data, "--grpc-port", $"{here.GrpcPort}", .. gatewayArgs]);
        foreach (var log in logs)
        {
            await ShipAsync(here, log);
        }

        await gateway.StopAsync();
    }

    /// <summary>Ships a file to the gateway that runs; returns when every line is acknowledged.</summary>
    public static async Task ShipAsync(Installation here, string log)
    {
        var name = Path.GetFileNameWithoutExtension(log);
        await using var shipper = here.Start("flood-" + name, "/bin/sh", "-c",
            $"exec '{Installation.Shipper}' pipe --name '{name}' --gateway {here.Gateway} --data '{Path.Combine(here.Folder, "pipe-" + name)}' --instance-id 'flood-{name}' < '{log}'");
        while (!shipper.HasExited)
        {
            await Task.Delay(50);
        }

        var said = await File.ReadAllTextAsync(Path.Combine(here.Folder, $"flood-{name}.log"));
        if (!said.Contains("Everything is acknowledged.", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"Not all of {log} was acknowledged: {said}");
        }
    }
}
