using System.Buffers;
using System.Diagnostics;
using System.Text;
using Google.Protobuf;
using Telemetry.Grpc;
using Telemetry.Protos.V1;
using Telemetry.Wire;
using Lane = Telemetry.Wire.Lane;
using Run = Telemetry.Wire.Run;

namespace Telemetry.Benchmarks.Engines;

/// <summary>
/// Shippers that made their batches in advance, so that the gateway and the bus behind it are what is measured. Each call is a server
/// of its own with batches that are sent again and again.
/// </summary>
internal sealed class ShipLoader
{
    public const int LinesPerBatch = 1000;
    private const int BatchesPerCall = 16;
    private const int Window = 64;

    private readonly Uri _gateway;
    private readonly List<(Hello Hello, byte[][] Bodies)> _servers;
    private long _sent, _acked;

    public ShipLoader(Uri gateway, int calls)
    {
        _gateway = gateway;
        _servers = [.. Enumerable.Range(0, calls).Select(Server)];
    }

    /// <summary>Average bytes of a batch.</summary>
    public double MeanBatchBytes => _servers.SelectMany(s => s.Bodies).Average(b => b.Length);

    /// <summary>Batches sent and not acknowledged.</summary>
    public long Behind => Volatile.Read(ref _sent) - Volatile.Read(ref _acked);

    /// <summary>Batches acknowledged.</summary>
    public long Acked => Volatile.Read(ref _acked);

    /// <summary>Sends for a time, at a rate of batches/s or as fast as the windows allow; <paramref name="each"/> is called each second.</summary>
    /// <returns>Batches that were due and could not be sent in time, because the windows were full.</returns>
    public async Task<long> RunAsync(TimeSpan duration, double? batchesPerSecond, Action? each = null)
    {
        using var stop = new CancellationTokenSource(duration);
        var rate = batchesPerSecond / _servers.Count;
        var calls = _servers.Select(server => CallAsync(server.Hello, server.Bodies, rate, stop.Token)).ToList();
        while (!stop.IsCancellationRequested)
        {
            await Task.WhenAny(Task.Delay(1000), Task.WhenAll(calls));
            each?.Invoke();
        }

        return (await Task.WhenAll(calls)).Sum();
    }

    private async Task<long> CallAsync(Hello hello, byte[][] bodies, double? rate, CancellationToken stop)
    {
        await using var channel = new GrpcChannel(new GrpcChannelOptions { Address = _gateway });
        await using var call = channel.OpenDuplex("/telemetry.v1.Ingest/Ship", GrpcCallOptions.Default);
        await call.WriteAsync(new ShipRequest { Hello = hello }.ToByteArray(), default);
        using var window = new SemaphoreSlim(Window);
        var reading = ReadAsync(call, window);
        var clock = Stopwatch.StartNew();
        ulong number = 0;
        while (!stop.IsCancellationRequested)
        {
            if (rate is { } perSecond && number >= clock.Elapsed.TotalSeconds * perSecond)
            {
                await Task.Delay(2);
                continue;
            }

            await window.WaitAsync();
            number++;
            await call.WriteAsync(Message(number, bodies[number % (ulong)bodies.Length]), default);
            Interlocked.Increment(ref _sent);
        }

        var due = rate is { } r ? (long)(clock.Elapsed.TotalSeconds * r) : (long)number;
        await call.CompleteAsync();
        await reading;
        return Math.Max(0, due - (long)number);
    }

    private async Task ReadAsync(DuplexCall call, SemaphoreSlim window)
    {
        ulong through = 0;
        while (await call.ReadAsync(default))
        {
            var answer = ShipResponse.Parser.ParseFrom(call.Current.Span);
            if (answer.Reject is { } reject)
            {
                throw new InvalidOperationException($"The gateway rejects batch {reject.Batch}: {reject.Detail}");
            }

            if (answer.Ack is { } ack)
            {
                Interlocked.Add(ref _acked, (long)(ack.Through - through));
                window.Release((int)(ack.Through - through));
                through = ack.Through;
            }
        }
    }

    private static (Hello, byte[][]) Server(int index)
    {
        var (instance, boot) = ($"load-{index}", "boot");
        var lifetime = LifetimeId.From(instance, boot);
        var lines = new LogLines(index);
        var packer = new BatchPacker();
        var bodies = Enumerable.Range(0, BatchesPerCall).Select(batch =>
        {
            var raw = new ArrayBufferWriter<byte>();
            for (var i = 0; i < LinesPerBatch; i++)
            {
                RecordsWriter.Line(raw, Encoding.ASCII.GetBytes(lines.Next(DateTimeOffset.UtcNow).TrimEnd('\n')));
            }

            var body = new ArrayBufferWriter<byte>();
            packer.Pack(
                lifetime, Lane.Bulk,
                [new Run(StreamId.From(1, "", "/var/log/app.log"), new Epoch(1), (ulong)(batch * LinesPerBatch), LinesPerBatch, 1)],
                raw.WrittenSpan, body);
            return body.WrittenSpan.ToArray();
        }).ToArray();
        return (new Hello
        {
            ProtocolVersion = 1,
            Lane = Protos.V1.Lane.Bulk,
            Identity = new Identity { InstanceId = instance, BootId = boot },
            Agent = new Agent { Name = "load", Version = "1" },
        }, bodies);
    }

    private static byte[] Message(ulong number, ReadOnlySpan<byte> body)
    {
        var batch = new ArrayBufferWriter<byte>(body.Length + 16);
        ProtoWriter.Varint(batch, 1, number);
        batch.Write(body);
        var output = new ArrayBufferWriter<byte>(body.Length + 32);
        ProtoWriter.Bytes(output, 2, batch.WrittenSpan);
        return output.WrittenSpan.ToArray();
    }
}
