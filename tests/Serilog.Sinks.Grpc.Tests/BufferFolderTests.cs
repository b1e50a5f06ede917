using Telemetry.Shipper.Tests.Support;

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

    private string Make(string folder, string name)
    {
        var path = Path.Combine(Directory.CreateDirectory(_folder[folder]).FullName, name);
        File.WriteAllText(path, "precious");
        return path;
    }
}
