using Telemetry.Grpc;
using Telemetry.Protos.V1;
using Telemetry.Shipper.Tests.Support;
using Telemetry.Shipper.Applications;
using Telemetry.Shipping.Diagnostics;
using Telemetry.Shipping.Sending;
using Telemetry.Wire;
using Lane = Telemetry.Wire.Lane;

namespace Telemetry.Shipper.Tests.Applications;

/// <summary>No process and no user takes what belongs to others.</summary>
public sealed class ApplicationSpoolsTests : IAsyncDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly ApplicationSpools _spools;

    public ApplicationSpoolsTests()
    {
        var log = new Log(TextWriter.Null, LogLevel.Error, TimeProvider.System);
        var server = Some.Context();
        var lanes = new LaneOptions
        {
            Gateway = new GatewayOptions { Addresses = [new Uri("http://127.0.0.1:9")] },
            Sender = new SenderOptions(),
            SpoolBytes = 24 << 20,
        };
        _spools = new ApplicationSpools(
            _folder["exec"],
            (path, workload) => LanePair.Open(path, lanes, NoPlans.Instance, server, workload, log, TimeProvider.System, new Random(1), "socket"),
            server, log, TimeProvider.System);
    }

    [Fact]
    public void AWorkloadIsOfWhoNamedItFirst()
    {
        Assert.NotNull(_spools.TryEnter(PeerOf(1, uid: 100), HelloOf("shop"), out _));
        Assert.Null(_spools.TryEnter(PeerOf(2, uid: 200), HelloOf("shop"), out var problem));
        Assert.Equal(StatusCode.PermissionDenied, problem.Code);
        Assert.NotNull(_spools.TryEnter(PeerOf(3, uid: 100), HelloOf("shop"), out _));
        Assert.NotNull(_spools.TryEnter(PeerOf(2, uid: 200), HelloOf("another"), out _));
    }

    [Fact]
    public void CallsOfAProcessShareItsSpool()
    {
        var first = _spools.TryEnter(PeerOf(1, uid: 100), HelloOf("shop"), out _);
        Assert.Same(first, _spools.TryEnter(PeerOf(1, uid: 100), HelloOf("shop"), out _));
        Assert.NotSame(first, _spools.TryEnter(PeerOf(2, uid: 100), HelloOf("shop"), out _));
    }

    [Fact]
    public void AUserDoesNotTakeAllConnections()
    {
        var limits = new PeerLimits();
        Assert.Equal(8, Enumerable.Range(0, 100).Count(_ => limits.TryEnter(PeerOf(1, uid: 100))));
        Assert.True(Enumerable.Range(2, 1000).Count(pid => limits.TryEnter(PeerOf(pid, uid: 100))) < PeerLimits.MaxConnections);
        Assert.False(limits.TryEnter(PeerOf(5000, uid: 100)));
        Assert.True(limits.TryEnter(PeerOf(5001, uid: 200)));
        limits.Leave(PeerOf(1, uid: 100));
        Assert.True(limits.TryEnter(PeerOf(1, uid: 100)));
    }

    public async ValueTask DisposeAsync()
    {
        await _spools.DisposeAsync();
        _folder.Dispose();
    }

    private static Peer PeerOf(int pid, uint uid) => new(pid, uid, uid, "", "");

    private static ApplicationHello HelloOf(string workload) => new()
    {
        Lane = Lane.Bulk,
        Lifetimes = new Dictionary<LifetimeId, LifetimeId>(),
        FormerBootIds = [],
        WorkloadId = workload,
        WorkloadIds = [workload],
        Streams = new HashSet<StreamId> { StreamId.From((int)StreamKind.Application, workload, "shop") },
    };
}
