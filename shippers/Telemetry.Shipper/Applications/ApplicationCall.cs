using System.Buffers;
using Google.Protobuf;
using Telemetry.Grpc;
using Telemetry.Grpc.Server;
using Telemetry.Protos.V1;
using Telemetry.Shipping.Lanes;
using Telemetry.Wire;
using Lane = Telemetry.Wire.Lane;

namespace Telemetry.Shipper.Applications;

/// <summary>
/// One call after its Hello. Batches go into the application's log, which answers <c>accepted</c> once they are flushed, and <c>ack</c>
/// once they are durable off the server. While the log is full the call is not read, so that the application waits or drops.
/// </summary>
internal sealed class ApplicationCall(
    GrpcServerCall call, ApplicationHello hello, ApplicationSpool spool, PayloadReader payloads, int levelsTold)
{
    /// <summary>Acknowledgements that are told apart; those of more batches come together.</summary>
    private const int MaxUnacknowledged = 256;

    /// <summary>Who waits for acknowledgements has no more batches on their way.</summary>
    private const int MaxRefusable = 64;

    private static readonly TimeSpan FullRetry = TimeSpan.FromMilliseconds(100);
    /// <summary>Who logs an audit waits for it.</summary>
    private static readonly TimeSpan AcknowledgeEvery = TimeSpan.FromMilliseconds(5);

    private static readonly TimeSpan AnswerEvery = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly ApplicationBatch _batch = new(hello, payloads);
    private readonly LaneLog _log = spool.LogOf(hello.Lane);
    private readonly Queue<Taken> _unaccepted = new();
    private readonly List<Taken> _unacknowledged = [];
    private readonly Queue<Taken> _refusable = new();
    private readonly Wakeup _taken = new();
    private ulong _next = 1;
    private int _levelsTold = levelsTold;
    private long _settledAt;

    /// <summary>Runs to the end of the call and returns how it ended.</summary>
    public async Task<GrpcStatus> RunAsync(CancellationToken stopping)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(call.Cancelled, stopping);
        var answering = AnswerAsync(end);
        try
        {
            var status = await ReadAsync(end.Token);
            await end.CancelAsync();
            await answering;
            await AnswerOnceAsync(call.Cancelled);
            return status;
        }
        catch (GrpcException e)
        {
            return e.Status;
        }
        catch (OperationCanceledException)
        {
            return stopping.IsCancellationRequested ? new(StatusCode.Unavailable, "The shipper is stopping.") : GrpcStatus.Cancelled;
        }
        finally
        {
            await end.CancelAsync();
            await answering;
            _taken.Dispose();
        }
    }

    private async Task<GrpcStatus> ReadAsync(CancellationToken end)
    {
        while (await call.ReadAsync(end))
        {
            if (Parse(call.Current) is not { } batch || batch.Number != _next)
            {
                return new(StatusCode.InvalidArgument, $"Batch {_next} was expected.");
            }

            _next++;
            await TakeAsync(batch, end);
        }

        return GrpcStatus.Ok;
    }

    private static Batch? Parse(ReadOnlySequence<byte> message)
    {
        try
        {
            return ShipRequest.Parser.ParseFrom(message).Batch;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private async Task TakeAsync(Batch batch, CancellationToken end)
    {
        var message = _log.Pool.Rent();
        try
        {
            var reject = _batch.Take(new BatchBody(batch.Header.Memory, batch.Payload.Memory), message, out var header);
            var settledAt = _settledAt;
            while (reject is null && !spool.TryAppend(header, message, out settledAt))
            {
                await _log.Acknowledgement.WaitAsync(FullRetry, end);
            }

            _settledAt = settledAt;
            lock (_gate)
            {
                _unaccepted.Enqueue(new Taken(batch.Number, settledAt, reject is null ? header.Runs : [], reject));
            }

            _taken.Set();
        }
        finally
        {
            _log.Pool.Return(message);
        }
    }

    private async Task AnswerAsync(CancellationTokenSource end)
    {
        try
        {
            while (true)
            {
                await _taken.WaitAsync(_unacknowledged.Count > 0 ? AcknowledgeEvery : AnswerEvery, end.Token);
                await AnswerOnceAsync(end.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The call ends.
        }
        finally
        {
            await end.CancelAsync();
        }
    }

    private async Task AnswerOnceAsync(CancellationToken end)
    {
        if (hello.Lane == Lane.Critical && spool.Lanes.Levels.Version is var version && version != _levelsTold)
        {
            _levelsTold = version;
            await WriteAsync(new ShipResponse { Levels = spool.Lanes.Levels.ToMessage() }, end);
        }

        List<Taken> taken;
        lock (_gate)
        {
            taken = [.. _unaccepted];
            _unaccepted.Clear();
        }

        if (taken.Count > 0 && await _log.FlushAsync())
        {
            foreach (var refused in taken.Where(t => t.Reject is not null))
            {
                refused.Reject!.Batch = refused.Number;
                await WriteAsync(new ShipResponse { Reject = refused.Reject }, end);
            }

            await WriteAsync(new ShipResponse { Accepted = new Accepted { Through = taken[^1].Number } }, end);
            if (_unacknowledged.Count == MaxUnacknowledged)
            {
                _unacknowledged.RemoveAt(MaxUnacknowledged - 1);
            }

            _unacknowledged.Add(taken[^1]);
            taken.ForEach(_refusable.Enqueue);
            while (_refusable.Count > MaxRefusable)
            {
                _refusable.Dequeue();
            }
        }
        else if (taken.Count > 0)
        {
            Restore(taken);
        }

        var settled = _log.SettledRecords;
        var acknowledged = _unacknowledged.FindLastIndex(t => t.SettledAt <= settled);
        if (acknowledged >= 0)
        {
            var through = _unacknowledged[acknowledged].Number;
            _unacknowledged.RemoveRange(0, acknowledged + 1);
            await TellRefusedAsync(through, end);
            await WriteAsync(new ShipResponse { Ack = new Ack { Through = through } }, end);
        }
    }

    /// <summary>A gateway may refuse what was accepted here; who waits for it hears that instead of the acknowledgement.</summary>
    private async Task TellRefusedAsync(ulong through, CancellationToken end)
    {
        while (_refusable.TryPeek(out var batch) && batch.Number <= through)
        {
            _refusable.Dequeue();
            if (batch.Reject is null && spool.FindRefusal(batch.Runs) is { } detail)
            {
                await WriteAsync(new ShipResponse { Reject = new Reject { Batch = batch.Number, Detail = detail } }, end);
            }
        }
    }

    /// <summary>The disk refused to flush: they are answered when it does.</summary>
    private void Restore(List<Taken> taken)
    {
        lock (_gate)
        {
            taken.AddRange(_unaccepted);
            _unaccepted.Clear();
            taken.ForEach(_unaccepted.Enqueue);
        }
    }

    private ValueTask WriteAsync(ShipResponse response, CancellationToken end) => call.WriteAsync(response.ToByteArray(), end);

    /// <param name="Number">Of the batch in the call.</param>
    /// <param name="SettledAt">When so many records of the log are settled, it is.</param>
    /// <param name="Runs">Whose records they are.</param>
    /// <param name="Reject">Why it is refused; null when it is not.</param>
    private sealed record Taken(ulong Number, long SettledAt, IReadOnlyList<Telemetry.Wire.Run> Runs, Reject? Reject);
}
