namespace Telemetry.EndToEnd.Tests;

/// <summary>Another server joins over TLS with a token.</summary>
[Trait("Category", "heavy")]
public sealed class SecondServerTests
{
    [Fact]
    public async Task ItShipsWithATokenAndTheAuthorityAndNotWithout()
    {
        Commands.NeedShipper();
        await using var here = new Installation();
        var tls = Path.Combine(here.Data, "tls");
        Assert.Equal(0, (await here.TelemetryAsync("tls", "create")).ExitCode);
        var token = await here.TelemetryAsync("token", "create", "web-1");
        Assert.Equal(0, token.ExitCode);
        var tokenFile = Path.Combine(here.Folder, "token");
        await File.WriteAllTextAsync(tokenFile, token.Out);
        var authority = Path.Combine(tls, "ca.pem");
        await using var up = here.Start("up", Installation.Telemetry, "up", "--no-shipper", "--data", here.Data,
            "--http-port", $"{here.HttpPort}", "--grpc-port", $"{here.GrpcPort}", "--grpc-listen", "0.0.0.0",
            "--tls-cert", Path.Combine(tls, "server.pem"), "--tls-key", Path.Combine(tls, "server-key.pem"));
        var file = Path.Combine(here.Folder, "app.log");
        await File.WriteAllTextAsync(file, "from afar\n");

        await using var stranger = here.Start("stranger", Installation.Shipper, Run(here, "stranger", file, authority));
        await using var shipper = here.Start("shipper", Installation.Shipper,
            [.. Run(here, "web-1", file, authority), "--token-file", tokenFile]);

        await Eventually.Holds(
            async () =>
            {
                var found = await here.TelemetryAsync("search", "\"from afar\"", "--json", "--url", $"https://127.0.0.1:{here.HttpPort}",
                    "--ca", authority, "--token-file", tokenFile);
                return found.Lines.Length == 1;
            },
            "the line of the second server is found",
            TimeSpan.FromSeconds(20));
    }

    private static string[] Run(Installation here, string name, string file, string authority) =>
    [
        "run", "--gateway", $"https://127.0.0.1:{here.GrpcPort}", "--ca", authority, "--instance-id", name,
        "--data", Path.Combine(here.Folder, name), "--watch", file,
    ];
}
