using Microsoft.Extensions.Logging.Abstractions;
using Telemetry.Gateway.Authentication;
using Telemetry.Grpc;
using Telemetry.Wire;

namespace Telemetry.Gateway.Tests;

/// <summary>A gateway on a free port over a <see cref="MemoryBus"/>, with its data in a folder of its own.</summary>
internal sealed class TestGateway : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory;

    private TestGateway(TemporaryDirectory directory, GatewayHost host, MemoryBus bus, string? caFile)
    {
        _directory = directory;
        Host = host;
        Bus = bus;
        CaFile = caFile;
        Tokens = new TokenStore(directory.Path, TimeProvider.System);
    }

    public GatewayHost Host { get; }

    public MemoryBus Bus { get; }

    /// <summary>Its data directory.</summary>
    public string Data => _directory.Path;

    public string? CaFile { get; }

    public TokenStore Tokens { get; }

    public static async Task<TestGateway> StartAsync(GatewayLimits? limits = null,
        Func<string, GatewayListenOptions>? listen = null, string? caFile = null, TimeProvider? time = null)
    {
        var directory = new TemporaryDirectory();
        var options = new GatewayOptions
        {
            DataDirectory = directory.Path,
            Name = "test",
            Limits = limits ?? new(),
            Listen = (listen?.Invoke(directory.Path) ?? new()) with { Port = 0 },
        };
        var bus = new MemoryBus();
        var host = await GatewayHost.StartAsync(options, bus, time ?? TimeProvider.System, NullLoggerFactory.Instance);
        return new(directory, host, bus, caFile is null ? null : Path.Combine(directory.Path, caFile));
    }

    public GrpcChannel OpenChannel(string? token = null, string? caFile = null) => new(new GrpcChannelOptions
    {
        Address = Host.Address,
        BearerToken = () => token,
        CaFile = caFile ?? CaFile,
    });

    public TestShipper OpenShipper(string? token = null) => new(OpenChannel(token));

    /// <summary>A shipper that has been welcomed.</summary>
    public async Task<TestShipper> WelcomedShipperAsync(Lane lane = Lane.Bulk)
    {
        var shipper = OpenShipper();
        await shipper.SendAsync(Some.Message(Some.Hello(lane)));
        Assert.NotNull((await shipper.ReceiveAsync())?.Welcome);
        return shipper;
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _directory.Dispose();
    }
}
