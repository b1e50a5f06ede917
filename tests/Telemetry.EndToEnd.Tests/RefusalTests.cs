namespace Telemetry.EndToEnd.Tests;

/// <summary>What cannot work says so in one sentence and ends with 2.</summary>
[Trait("Category", "heavy")]
public sealed class RefusalTests
{
    [Fact]
    public async Task ATakenPortIsNamed()
    {
        await using var here = new Installation();
        await using var first = await here.UpAsync("--no-shipper");
        var other = Path.Combine(here.Folder, "other");

        var http = await here.TelemetryAsync("up", "--no-shipper", "--data", other, "--http-port", $"{here.HttpPort}", "--grpc-port", "0");
        var grpc = await here.TelemetryAsync("up", "--no-shipper", "--data", other, "--http-port", "0", "--grpc-port", $"{here.GrpcPort}");

        AssertRefused(http, $"{here.HttpPort}", "--http-port");
        AssertRefused(grpc, $"{here.GrpcPort}", "--grpc-port");
    }

    [Fact]
    public async Task ADataDirectoryHasOneWriter()
    {
        await using var here = new Installation();
        await using var first = await here.UpAsync("--no-shipper");

        var second = await here.TelemetryAsync("up", "--no-shipper", "--data", here.Data, "--http-port", "0", "--grpc-port", "0");

        AssertRefused(second, here.Data, $"{first.Id}");
    }

    [Fact]
    public async Task ADemoWithoutItsProgramStartsNothing()
    {
        await using var here = new Installation();
        Environment.SetEnvironmentVariable("TELEMETRY_DEMO_SERVICE", "/no/such/program");
        try
        {
            var result = await here.TelemetryAsync("up", "--demo", "--http-port", "0", "--grpc-port", "0");

            AssertRefused(result, "telemetry-demo-service", "TELEMETRY_DEMO_SERVICE");
            Assert.False(Directory.Exists(here.Data));
        }
        finally
        {
            Environment.SetEnvironmentVariable("TELEMETRY_DEMO_SERVICE", null);
        }
    }

    [Fact]
    public async Task ABrokerThatIsAwayIsNamed()
    {
        await using var here = new Installation();

        var result = await here.TelemetryAsync("dlq", "list", "--bus", "kafka://127.0.0.1:1");

        Assert.Equal((1, ""), (result.ExitCode, result.Out));
        Assert.StartsWith("telemetry: Kafka at 127.0.0.1:1 does not tell", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnUnwritableDataDirectoryIsNamed()
    {
        await using var here = new Installation();
        var file = Path.Combine(here.Folder, "file");
        await File.WriteAllTextAsync(file, "");

        var result = await here.TelemetryAsync("up", "--data", Path.Combine(file, "data"));

        AssertRefused(result, Path.Combine(file, "data"), "--data");
    }

    [Fact]
    public async Task AFullDiskIsNamed()
    {
        await using var here = new Installation();
        var disk = Directory.CreateDirectory(Path.Combine(here.Folder, "disk")).FullName;
        if ((await here.RunAsync("/bin/mount", "-t", "tmpfs", "-o", "size=16k", "none", disk)).ExitCode != 0)
        {
            Assert.Skip("Only root may mount the small disk that this fills.");
        }

        try
        {
            var result = await here.TelemetryAsync("up", "--data", Path.Combine(disk, "data"));

            AssertRefused(result, disk, "No space left");
        }
        finally
        {
            await here.RunAsync("/bin/umount", disk);
        }
    }

    [Fact]
    public async Task AnUnknownKeyIsNamedWithTheNearestOne()
    {
        await using var here = new Installation();
        var file = Path.Combine(here.Folder, "telemetry.json");
        await File.WriteAllTextAsync(file, """{ "store": { "kep": "7d" } }""");

        AssertRefused(await here.TelemetryAsync("up", "--config", file), "store.kep", "store.keep");
    }

    [Theory]
    [InlineData("--keep", "fortnight")]
    [InlineData("--keep-bytes", "20GB")]
    [InlineData("--http-port", "80000")]
    [InlineData("--wathc", "/x")]
    public async Task ABadFlagIsNamed(string flag, string value)
    {
        await using var here = new Installation();

        AssertRefused(await here.TelemetryAsync("up", flag, value), flag, value);
    }

    [Theory]
    [InlineData("search", "--nope")]
    [InlineData("lifetimes", "--nope")]
    [InlineData("token", "create", "--nope")]
    [InlineData("tls", "create", "--nope")]
    public async Task AMistypedFlagIsNotTakenForAValue(params string[] args)
    {
        await using var here = new Installation();

        var result = await here.TelemetryAsync(args);

        Assert.Equal((2, ""), (result.ExitCode, result.Out));
        Assert.Contains("--nope", result.Error);
    }

    [Fact]
    public async Task ACutCursorIsRefused()
    {
        await using var here = new Installation();
        await using var up = await here.UpAsync("--no-shipper");

        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => here.GetAsync("/api/v1/search?q=*&cursor=zzz"));

        Assert.Equal(System.Net.HttpStatusCode.BadRequest, refused.StatusCode);
    }

    [Fact]
    public async Task ANameOfElsewhereReadsNothing()
    {
        await using var here = new Installation();
        await using var up = await here.UpAsync("--no-shipper");

        var rebound = await here.RunAsync("curl", "-s", "-w", "%{http_code}", "-H", "Host: evil.example", $"{here.Url}/api/v1/search?q=a");

        Assert.StartsWith("This console answers to localhost", rebound.Out);
        Assert.EndsWith("\n421", rebound.Out);
    }

    [Fact]
    public async Task OtherUsersReadNothingOfTheDataDirectory()
    {
        await using var here = new Installation();
        Directory.CreateDirectory(Path.Combine(here.Data, "photos"));
        await using var up = await here.UpAsync("--no-shipper");

        var open = await here.RunAsync("find", here.Data, "-mindepth", "1", "!", "-name", "photos", "-perm", "/077");

        Assert.Equal("", open.Out);
    }

    [Fact]
    public async Task BeyondLoopbackTlsAndATokenAreNeeded()
    {
        await using var here = new Installation();

        var result = await here.TelemetryAsync("up", "--no-shipper", "--grpc-listen", "0.0.0.0", "--grpc-port", "0", "--http-port", "0");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("TLS", result.Error);
        Assert.Contains("telemetry token create", result.Error);
    }

    [Fact]
    public async Task NoServerIsOneSentence()
    {
        await using var here = new Installation();

        var result = await here.TelemetryAsync("search", "*");

        Assert.Equal((1, ""), (result.ExitCode, result.Out));
        Assert.Contains("telemetry up", Assert.Single(result.Error.TrimEnd('\n').Split('\n')));
    }

    private static void AssertRefused(CommandResult result, params string[] names)
    {
        Assert.Equal((2, ""), (result.ExitCode, result.Out));
        Assert.All(names, name => Assert.Contains(name, result.Error));
        Assert.InRange(result.Error.TrimEnd('\n').Split('\n').Length, 1, 3);
        Assert.DoesNotContain("   at ", result.Error);
    }
}
