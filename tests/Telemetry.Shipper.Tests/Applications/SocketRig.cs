using System.Buffers;
using Google.Protobuf;
using Telemetry.Grpc;
using Telemetry.Protos.V1;
using Telemetry.Shipper.Tests.Support;
using Telemetry.Shipper.Applications;
using Telemetry.Shipping;
using Telemetry.Shipping.Diagnostics;
using Telemetry.Shipping.Machine;
using Telemetry.Shipping.Sending;
using Telemetry.Wire;
using Lane = Telemetry.Wire.Lane;

namespace Telemetry.Shipper.Tests.Applications;

/// <summary>A shipper's socket with nothing behind it but a gateway's address, and what an application says there.</summary>
internal sealed class SocketRig : IAsyncDisposable
{
    public const string Workload = "0123456789abcdef0123456789abcdef";

    private readonly TemporaryDirectory _folder = new();
    private ApplicationSocket _socket = null!;

    public LifetimeContext Server { get; } = Some.Context(boot: "boot-1", instance: "server");

    /// <summary>As the application sees the server.</summary>
    public LifetimeContext Application { get; } = Some.Context(boot: "boot-1", instance: "another-name");

    public StreamName Stream { get; } = new() { Kind = StreamKind.Application, WorkloadId = Workload, Name = "shop" };

    public StreamId StreamId => StreamId.From((int)Stream.Kind, Stream.WorkloadId, Stream.Name);

    public string Path => _folder["s"];

    public static async Task<SocketRig> StartAsync(Uri? gateway = null, long spoolBytes = 24 << 20)
    {
        var rig = new SocketRig();
        var log = new Log(TextWriter.Null, LogLevel.Error, TimeProvider.System);
        var lanes = new LaneOptions
        {
            Gateway = new GatewayOptions { Addresses = [gateway ?? new Uri("http://127.0.0.1:9")] },
            Sender = new SenderOptions(),
            SpoolBytes = spoolBytes,
        };
        var spools = new ApplicationSpools(
            rig._folder["exec"],
            (path, workload) => LanePair.Open(path, lanes, NoPlans.Instance, rig.Server, workload, log, TimeProvider.System, new Random(1), "socket"),
            rig.Server, log, TimeProvider.System);
        rig._socket = await ApplicationSocket.ListenAsync(
            new SocketOptions(rig.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite), rig.Server, spools, log, TimeProvider.System);
        return rig;
    }

    public GrpcChannel Connect() => new(new GrpcChannelOptions { Address = new Uri("unix://" + Path) });

    /// <summary>A call that was welcomed.</summary>
    public async Task<DuplexCall> GreetAsync(GrpcChannel channel, Action<Hello>? change = null, Lane lane = Lane.Bulk)
    {
        var call = Open(channel);
        await call.WriteAsync(new ShipRequest { Hello = HelloOf(change, lane) }.ToByteArray(), default);
        Assert.NotNull((await AnswerAsync(call))?.Welcome);
        return call;
    }

    public static DuplexCall Open(GrpcChannel channel) => channel.OpenDuplex("/telemetry.v1.Ingest/Ship", GrpcCallOptions.Default);

    public Hello HelloOf(Action<Hello>? change = null, Lane lane = Lane.Bulk)
    {
        var hello = new Hello
        {
            ProtocolVersion = 1,
            Lane = (Telemetry.Protos.V1.Lane)lane,
            Identity = Application.Identity.Clone(),
            Agent = new Agent { Name = "test", RunId = Workload, IsApplication = true },
            ClockUnixUs = DateTimeOffset.UtcNow.ToUnixMicroseconds(),
        };
        hello.Streams.Add(Stream);
        change?.Invoke(hello);
        return hello;
    }

    /// <summary>The next answer; null when the call has ended.</summary>
    public static async Task<ShipResponse?> AnswerAsync(DuplexCall call)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return await call.ReadAsync(late.Token) ? ShipResponse.Parser.ParseFrom(call.Current.Span) : null;
    }

    /// <summary>The next refusal; what else is said until then is passed over.</summary>
    public static async Task<RejectReason> RefusalAsync(DuplexCall call)
    {
        while (await AnswerAsync(call) is { } answer)
        {
            if (answer.Reject is { } reject)
            {
                return reject.Reason;
            }
        }

        throw new InvalidOperationException(call.Status.ToString());
    }

    /// <summary>One batch of one record.</summary>
    public byte[] Batch(ulong number, RecordKind kind, ReadOnlySpan<byte> body, Lane lane = Lane.Bulk, StreamId? stream = null, LifetimeId? lifetime = null)
    {
        var raw = new ArrayBufferWriter<byte>();
        if (kind == RecordKind.Line)
        {
            RecordsWriter.Line(raw, body, 0);
        }
        else
        {
            RecordsWriter.Message(raw, kind, body);
        }

        var run = new Telemetry.Wire.Run(stream ?? StreamId, new Epoch(7), number - 1, 1, DateTimeOffset.UtcNow.ToUnixMicroseconds());
        var packed = new ArrayBufferWriter<byte>();
        new BatchPacker().Pack(lifetime ?? Application.Lifetime, lane, [run], raw.WrittenSpan, packed);
        var batch = Telemetry.Protos.V1.Batch.Parser.ParseFrom(packed.WrittenSpan);
        batch.Number = number;
        return new ShipRequest { Batch = batch }.ToByteArray();
    }

    public async ValueTask DisposeAsync()
    {
        await _socket.DisposeAsync();
        _folder.Dispose();
    }
}
