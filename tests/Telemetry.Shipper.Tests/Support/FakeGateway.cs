using System.Threading.Channels;
using Google.Protobuf;
using Telemetry.Protos.V1;
using Telemetry.Shipping.Sending;
using Telemetry.Wire;
using BatchHeader = Telemetry.Wire.BatchHeader;
using Lane = Telemetry.Wire.Lane;

namespace Telemetry.Shipper.Tests.Support;

/// <summary>A gateway in memory: keeps every record by its identity and notices when one identity has two contents.</summary>
internal sealed class FakeGateway : ILaneTransport
{
    private readonly Lock _gate = new();
    private readonly Dictionary<RecordId, Stored> _records = [];
    private readonly Dictionary<Lane, FakeConnection> _current = [];

    public sealed record Stored(RecordKind Kind, byte[] Body, ulong Truncated, long Minted);

    public Welcome Welcome { get; set; } = new() { MaxBatchBytes = 4 << 20, MaxRawBytes = 16 << 20, MaxUnackedBatches = 64, Gateway = "fake" };

    /// <summary>Decides about each batch; default acknowledges.</summary>
    public Func<BatchHeader, Verdict> Judge { get; set; } = _ => Verdict.Ack;

    /// <summary>Thrown by an attempt to connect, as a transport does that has a mistake.</summary>
    public Queue<Exception> Faults { get; } = new();

    public List<string> Conflicts { get; } = [];

    public int Connections { get; private set; }

    public int Batches { get; private set; }

    public IReadOnlyDictionary<RecordId, Stored> Records
    {
        get
        {
            lock (_gate)
            {
                return new Dictionary<RecordId, Stored>(_records);
            }
        }
    }

    /// <summary>Lines in the order of their numbers, epoch after epoch by minted time.</summary>
    public List<string> Lines(string? path = null)
    {
        var stream = path is null ? (StreamId?)null : StreamId.From((int)StreamKind.File, "", path);
        return Records.Where(r => r.Value.Kind == RecordKind.Line && (stream is null || r.Key.Stream == stream))
            .GroupBy(r => (r.Key.Lifetime, r.Key.Stream, r.Key.Epoch))
            .OrderBy(g => g.Min(r => r.Value.Minted))
            .SelectMany(g => g.OrderBy(r => r.Key.Seq))
            .Select(r => System.Text.Encoding.Latin1.GetString(r.Value.Body))
            .ToList();
    }

    public List<T> Messages<T>(RecordKind kind, MessageParser<T> parser)
        where T : IMessage<T> =>
        Records.Where(r => r.Value.Kind == kind).OrderBy(r => r.Value.Minted).ThenBy(r => r.Key.Seq)
            .Select(r => parser.ParseFrom(r.Value.Body)).ToList();

    public void Disconnect()
    {
        lock (_gate)
        {
            foreach (var connection in _current.Values)
            {
                connection.End("disconnected by the test");
            }
        }
    }

    public ValueTask<ConnectResult> ConnectAsync(Lane lane, CancellationToken cancel)
    {
        var connection = new FakeConnection(this);
        lock (_gate)
        {
            if (Faults.TryDequeue(out var fault))
            {
                throw fault;
            }

            Connections++;
            _current[lane] = connection;
        }

        return new(new ConnectResult(connection, Welcome, ""));
    }

    public enum Verdict
    {
        Ack,
        Silence,
        Hang,
        Disconnect,
        RejectChecksum,
        RejectSize,
    }

    private void Take(FakeConnection connection, ReadOnlyMemory<byte> request)
    {
        if (connection.Hangs)
        {
            return;
        }

        var reader = new ProtoReader(request.Span);
        Assert.True(reader.Next());
        Assert.Equal(2, reader.Field);
        var batch = request[(request.Length - reader.Bytes.Length)..];
        Assert.True(BatchBody.TryRead(batch, out var body, out var number));
        Assert.True(BatchHeader.TryRead(body.Header.Span, out var header, out _));
        Assert.Equal(++connection.Last, number);
        Batches++;
        var verdict = Judge(header);
        switch (verdict)
        {
            case Verdict.Disconnect:
                connection.End("disconnected by the gateway");
                return;
            case Verdict.Hang:
                // Acks are cumulative: one for a later batch would cover this one, which is not stored.
                connection.Hangs = true;
                return;
            case Verdict.RejectChecksum or Verdict.RejectSize:
                connection.Answer(new ShipResponse
                {
                    Reject = new Reject
                    {
                        Batch = number,
                        Reason = verdict == Verdict.RejectSize ? RejectReason.Size : RejectReason.Checksum,
                        Detail = "as the test wants",
                    },
                });
                connection.Answer(new ShipResponse { Ack = new Ack { Through = number } });
                return;
        }

        Store(header, body);
        if (verdict == Verdict.Ack)
        {
            connection.Answer(new ShipResponse { Ack = new Ack { Through = number } });
        }
    }

    private void Store(BatchHeader header, BatchBody body)
    {
        Assert.Equal(UnpackResult.Ok, new BatchUnpacker().Unpack(header, body.Payload.Span, out var raw));
        var records = new RecordsReader(raw.Span);
        lock (_gate)
        {
            foreach (var run in header.Runs)
            {
                for (var i = 0u; i < run.Count; i++)
                {
                    Assert.True(records.Next());
                    var id = new RecordId(header.Lifetime, run.Stream, run.Epoch, run.FirstSeq + i);
                    var stored = new Stored(records.Kind, records.Body.ToArray(), records.TruncatedBytes, run.MintedUnixUs);
                    if (_records.TryGetValue(id, out var before)
                        && (!before.Body.AsSpan().SequenceEqual(stored.Body) || before.Minted != stored.Minted))
                    {
                        Conflicts.Add(id.ToString());
                    }

                    _records[id] = stored;
                }
            }

            Assert.False(records.Next());
        }
    }

    private sealed class FakeConnection(FakeGateway gateway) : ILaneConnection
    {
        private readonly Channel<ShipResponse> _answers = Channel.CreateUnbounded<ShipResponse>();

        public ulong Last { get; set; }

        public bool Hangs { get; set; }

        public string Gateway => "fake";

        public string Problem { get; private set; } = "";

        public void Answer(ShipResponse response) => _answers.Writer.TryWrite(response);

        public void End(string problem)
        {
            Problem = problem;
            _answers.Writer.TryComplete();
        }

        public ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> request, CancellationToken cancel)
        {
            if (Problem.Length > 0)
            {
                return new(false);
            }

            gateway.Take(this, request);
            return new(true);
        }

        public async ValueTask<ShipResponse?> ReadAsync(CancellationToken cancel) =>
            await _answers.Reader.WaitToReadAsync(cancel) && _answers.Reader.TryRead(out var answer) ? answer : null;

        public ValueTask DisposeAsync()
        {
            End("closed");
            return default;
        }
    }
}
