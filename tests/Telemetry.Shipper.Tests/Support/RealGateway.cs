using Microsoft.Extensions.Logging.Abstractions;
using Telemetry.Bus;
using Telemetry.Gateway;
using Telemetry.Protos.V1;
using Telemetry.Wire;
using BatchHeader = Telemetry.Wire.BatchHeader;
using Lane = Telemetry.Wire.Lane;

namespace Telemetry.Shipper.Tests.Support;

/// <summary>The real gateway on a free port, before a bus that keeps records in memory.</summary>
internal sealed class RealGateway : IBusWriter
{
    private readonly Lock _gate = new();
    private readonly TemporaryDirectory _data = new();
    private readonly Dictionary<RecordId, (RecordKind Kind, byte[] Body)> _records = [];
    private Func<string, GatewayListenOptions> _listen = _ => new GatewayListenOptions();
    private GatewayHost? _host;
    private long _position;

    public Uri Address { get; private set; } = null!;

    /// <summary>Its data directory.</summary>
    public string Data => _data.Path;

    public long Batches => _position;

    public long Duplicates { get; private set; }

    /// <summary>Nothing gets into the bus until it is complete.</summary>
    public Task Open { get; set; } = Task.CompletedTask;

    /// <summary><paramref name="listen"/> is given the data directory, at each start.</summary>
    public static async Task<RealGateway> StartAsync(
        int port = 0, GatewayLimits? limits = null, Func<string, GatewayListenOptions>? listen = null)
    {
        var gateway = new RealGateway();
        gateway._listen = listen ?? gateway._listen;
        await gateway.StartAgainAsync(port, limits);
        return gateway;
    }

    /// <summary>A gateway that was stopped, with the same bus.</summary>
    public async Task StartAgainAsync(int port, GatewayLimits? limits = null)
    {
        _host = await GatewayHost.StartAsync(
            new GatewayOptions { DataDirectory = _data.Path, Listen = _listen(_data.Path) with { Port = port }, Limits = limits ?? new GatewayLimits() },
            this, TimeProvider.System, NullLoggerFactory.Instance);
        Address = _host.Address;
    }

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _records.Count;
            }
        }
    }

    public int LineCount { get; private set; }

    public List<string> Lines()
    {
        lock (_gate)
        {
            return _records.Where(r => r.Value.Kind == RecordKind.Line).OrderBy(r => r.Key.Stream).ThenBy(r => r.Key.Epoch)
                .ThenBy(r => r.Key.Seq).Select(r => System.Text.Encoding.UTF8.GetString(r.Value.Body)).ToList();
        }
    }

    public List<T> Messages<T>(RecordKind kind, Google.Protobuf.MessageParser<T> parser)
        where T : Google.Protobuf.IMessage<T>
    {
        lock (_gate)
        {
            return _records.Where(r => r.Value.Kind == kind).OrderBy(r => r.Key.Seq).Select(r => parser.ParseFrom(r.Value.Body)).ToList();
        }
    }

    public IEnumerable<LifetimeId> Lifetimes()
    {
        lock (_gate)
        {
            return _records.Keys.Select(id => id.Lifetime).Distinct().ToList();
        }
    }

    public List<RecordKind> Kinds()
    {
        lock (_gate)
        {
            return _records.Values.Select(r => r.Kind).ToList();
        }
    }

    public async ValueTask<BusPosition> AppendAsync(Lane lane, BusStamp stamp, ReadOnlyMemory<byte> body, CancellationToken cancel)
    {
        await Open.WaitAsync(cancel);
        return Append(body);
    }

    public async ValueTask StopAsync() => await _host!.DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        await _host!.DisposeAsync();
        _data.Dispose();
    }

    private BusPosition Append(ReadOnlyMemory<byte> body)
    {
        Assert.True(BatchBody.TryRead(body, out var parts, out _));
        Assert.True(BatchHeader.TryRead(parts.Header.Span, out var header, out _));
        Assert.Equal(UnpackResult.Ok, new BatchUnpacker().Unpack(header, parts.Payload.Span, out var raw));
        var records = new RecordsReader(raw.Span);
        lock (_gate)
        {
            foreach (var run in header.Runs)
            {
                for (var i = 0u; i < run.Count && records.Next(); i++)
                {
                    var id = new RecordId(header.Lifetime, run.Stream, run.Epoch, run.FirstSeq + i);
                    Duplicates += _records.ContainsKey(id) ? 1 : 0;
                    LineCount += records.Kind == RecordKind.Line && !_records.ContainsKey(id) ? 1 : 0;
                    _records[id] = (records.Kind, records.Body.ToArray());
                }
            }

            return new BusPosition(++_position);
        }
    }
}
