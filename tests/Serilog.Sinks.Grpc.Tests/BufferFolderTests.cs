using Telemetry.Shipper.Tests.Support;
using Telemetry.Tests.Support.Servers;

namespace Serilog.Sinks.Grpc.Tests;

/// <summary>What a sink leaves of a folder that is not its own.</summary>
public sealed class BufferFolderTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task FilesOfOthersStayWhereTheyAre()
    {
        await using var gateway = await RealGateway.StartAsync();
        string[] files = [Make("precious", "data.txt"), Make("precious/bulk", "data.txt"), Make("shop", "mine.txt"), Make("", "own.txt")];
        await using (var logger = new LoggerConfiguration().WriteTo.Grpc(
            endpoint: gateway.Address.ToString(), serviceName: "shop", bufferPath: _folder.Path).CreateLogger())
        {
            logger.Fatal("order {Id}", 1);
        }

        Assert.Single(gateway.Lines());
        Assert.All(files, file => Assert.True(File.Exists(file), file));
        Assert.Equal(["mine.txt"], Directory.GetFileSystemEntries(_folder["shop"]).Select(Path.GetFileName));
        Assert.Equal(["bulk", "data.txt"], Directory.GetFileSystemEntries(_folder["precious"]).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task AFolderThatCannotBeUsedDoesNotKeepTheApplicationFromStarting()
    {
        await File.WriteAllTextAsync(_folder["taken"], "a file");
        await using var gateway = await RealGateway.StartAsync();
        await using (var logger = new LoggerConfiguration()
            .WriteTo.Grpc(o => (o.Endpoint, o.ServiceName, o.BufferPath) = (gateway.Address.ToString(), "shop", _folder["taken"]), ignoreEnvironment: true)
            .CreateLogger())
        {
            logger.Information("order {Id}", 1);
        }

        Assert.Single(gateway.Lines());
    }

    [Fact]
    public async Task WhereAnothersSpoolCannotBeOpenedTheNextIsTaken()
    {
        // What opens it is denied, as it would be to another user.
        Directory.CreateDirectory(_folder["shop/owner.lock"]);
        await using (var logger = Logger(FreePort.One()))
        {
            logger.Fatal("order {Id}", 1);
        }

        Assert.True(File.Exists(_folder["shop.2/owner.lock"]));
    }

    [Fact]
    public async Task WhatIsDamagedIsKeptWhenTheRestIsShipped()
    {
        var port = FreePort.One();
        await using (var logger = Logger(port))
        {
            for (var i = 0; i < 200; i++)
            {
                logger.Fatal("order {Id}", i);
            }
        }

        var segment = Assert.Single(Directory.GetFiles(_folder["shop/bulk"], "*1.seg"));
        var bytes = await File.ReadAllBytesAsync(segment);
        bytes.AsSpan(5000, 50).Fill(0xff);
        await File.WriteAllBytesAsync(segment, bytes);

        await using var gateway = await RealGateway.StartAsync(port);
        await using (var logger = Logger(port))
        {
            logger.Information("order {Id}", 200);
            await Eventually.Holds(() => gateway.Lines().Any(line => line.Contains(":200", StringComparison.Ordinal)), "the last one arrives");
        }

        Assert.NotEmpty(Directory.GetFiles(_folder["shop/bulk/damaged"]));
        Assert.Empty(Directory.GetFiles(_folder["shop/bulk"]));
    }

    [Fact]
    public async Task AFullFolderHoldsFatalForItsTimeAndNoLonger()
    {
        var port = FreePort.One();
        var diagnostics = new GrpcSinkDiagnostics();
        var logger = new LoggerConfiguration().WriteTo.Grpc(
            options =>
            {
                (options.Endpoint, options.BufferPath, options.Diagnostics) = ($"http://127.0.0.1:{port}", _folder.Path, diagnostics);
                (options.BufferSizeLimit, options.QueueBytesLimit) = (1 << 20, 1 << 20);
                (options.FatalTimeout, options.Compression) = (TimeSpan.FromMilliseconds(100), BatchCompression.None);
            },
            ignoreEnvironment: true).CreateLogger();
        var noise = new string('x', 1000);
        while (diagnostics.Account.DroppedQueueFull == 0)
        {
            logger.Information("order {Id} {Noise}", 1, noise);
        }

        for (var i = 0; i < 5; i++)
        {
            logger.Fatal("order {Id}", i);
        }

        await using var gateway = await RealGateway.StartAsync(port);
        await logger.DisposeAsync();
        var account = diagnostics.Account;
        Assert.Equal((account.Emitted - account.Dropped, 0), (account.Acknowledged, account.Buffered));
        Assert.Equal(account.Acknowledged, gateway.Lines().Count);
    }

    private Core.Logger Logger(int port) => new LoggerConfiguration()
        .WriteTo.Grpc(
            options =>
            {
                (options.Endpoint, options.BufferPath, options.ServiceName) = ($"http://127.0.0.1:{port}", _folder.Path, "shop");
                options.ShutdownTimeout = TimeSpan.FromSeconds(2);
            },
            ignoreEnvironment: true)
        .CreateLogger();

    private string Make(string folder, string name)
    {
        var path = Path.Combine(Directory.CreateDirectory(_folder[folder]).FullName, name);
        File.WriteAllText(path, "precious");
        return path;
    }
}
