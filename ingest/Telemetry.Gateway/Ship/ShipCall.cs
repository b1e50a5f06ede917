using System.Buffers;
using Telemetry.Bus;
using Telemetry.Gateway.Levels;
using Telemetry.Grpc;
using Telemetry.Grpc.Server;
using Telemetry.Wire;

namespace Telemetry.Gateway.Ship;

/// <summary>
/// One call after its Hello. The reader takes batches and hands them to the bus without waiting for it, as many as the window
/// holds; the answerer sends what the window says is due. Both end with the call. One indivisible state machine.
/// </summary>
internal sealed class ShipCall(
    GrpcServerCall call, CallIdentity identity, ShipLane lane, string source, LevelListener? levels, Func<bool> isStillAuthenticated)
{
    /// <summary>A message may be so much larger than the largest batch: for its framing, and to reject what is a little over.</summary>
    public const int MessageSlackBytes = 64 << 10;

    public static readonly GrpcStatus Stopping = new(StatusCode.Unavailable, "The gateway is stopping.");

    private static readonly GrpcStatus _notDurable = new(StatusCode.Unavailable, "A batch could not be made durable.");

    private readonly AckWindow _window = new(lane.Limits.MaxUnackedBatches, lane.Limits.MaxUnackedBytes);
    private readonly AsyncSignal _answerDue = new();
    private readonly AsyncSignal _roomMade = new();
    private readonly AsyncSignal _answered = new();
    private readonly CancellationTokenSource _failed = new();
    private ulong _answeredThrough;

    /// <summary>Runs to the end of the call and returns how it ended.</summary>
    public async Task<GrpcStatus> RunAsync(CancellationToken stopping)
    {
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(call.Cancelled, stopping, _failed.Token);
        using var answering = CancellationTokenSource.CreateLinkedTokenSource(call.Cancelled);
        var answers = AnswerAsync(reading, answering.Token);
        GrpcStatus status;
        try
        {
            status = await ReadBatchesAsync(reading.Token, stopping);
            await AnswerTheRestAsync();
        }
        finally
        {
            await answering.CancelAsync();
            await answers;
        }

        return _failed.IsCancellationRequested ? _notDurable : status;
    }

    private async Task<GrpcStatus> ReadBatchesAsync(CancellationToken cancel, CancellationToken stopping)
    {
        using var idle = new CancellationTokenSource(Timeout.InfiniteTimeSpan, lane.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, idle.Token);
        try
        {
            while (await NextAsync(idle, either.Token))
            {
                if (await TakeAsync(either.Token) is { IsOk: false } problem)
                {
                    return problem;
                }
            }

            return GrpcStatus.Ok;
        }
        catch (GrpcException e)
        {
            return e.Status;
        }
        catch (OperationCanceledException)
        {
            return idle.IsCancellationRequested ? new(StatusCode.Unavailable, $"No batch came for {lane.Limits.IdleTimeout}.")
                : stopping.IsCancellationRequested ? Stopping
                : GrpcStatus.Cancelled;
        }
    }

    /// <summary>Does not read while the window is full: flow control then reaches the shipper.</summary>
    private async ValueTask<bool> NextAsync(CancellationTokenSource idle, CancellationToken cancel)
    {
        while (!_window.HasRoom)
        {
            await _roomMade.WaitAsync(cancel);
        }

        idle.CancelAfter(lane.Limits.IdleTimeout);
        var more = await call.ReadAsync(cancel);
        idle.CancelAfter(Timeout.InfiniteTimeSpan);
        return more;
    }

    private async ValueTask<GrpcStatus> TakeAsync(CancellationToken cancel)
    {
        var length = (int)call.Current.Length;
        lane.Waits();
        await lane.Appender.Pending.ReserveAsync(length, cancel);
        var joined = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            call.Current.CopyTo(joined);
            return Take(joined.AsMemory(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(joined);
        }
    }

    /// <summary>Releases the reservation, at once or when the bus is done. <paramref name="message"/> is not used afterwards.</summary>
    private GrpcStatus Take(ReadOnlyMemory<byte> message)
    {
        var status = FindProblem(message, out var batch, out var body);
        if (!status.IsOk)
        {
            lane.Appender.Pending.Release(message.Length);
            return status;
        }

        lane.Metrics.Received(lane.Lane);
        var number = _window.Open(message.Length);
        var rejection = BatchCheck.Check(body, identity, lane.Limits, out var header);
        if (rejection is not null)
        {
            lane.Appender.Pending.Release(message.Length);
            lane.CountRejection(identity, rejection);
            _window.Reject(number, rejection);
            _answerDue.Set();
            return GrpcStatus.Ok;
        }

        var append = Append(header!.Lifetime, EncodedBody.Find(batch, body));
        _ = AwaitAsync(append, new Handed(number, message.Length, header.RecordCount));
        return GrpcStatus.Ok;
    }

    /// <summary>What ends the call: the protocol between shipper and gateway is broken, so that numbers mean nothing any more.</summary>
    private GrpcStatus FindProblem(ReadOnlyMemory<byte> message, out ReadOnlyMemory<byte> batch, out BatchBody body)
    {
        batch = default;
        body = default;
        if (_failed.IsCancellationRequested)
        {
            return _notDurable;
        }

        if (!isStillAuthenticated())
        {
            return Authentication.Authenticator.Revoked;
        }

        if (!ShipMessage.TryRead(message, out var request) || request.Kind != ShipMessageKind.Batch)
        {
            return new(StatusCode.InvalidArgument, "After the Hello only batches may come.");
        }

        batch = request.Content;

        // A body that does not decode is left empty, and rejected for its empty header; only the number matters here.
        if (!BatchBody.TryRead(batch, out body, out var number))
        {
            body = default;
        }

        return number == _window.Next
            ? GrpcStatus.Ok
            : new(StatusCode.InvalidArgument, $"Batch {number} came where {_window.Next} was due.");
    }

    private ValueTask<BusPosition> Append(LifetimeId lifetime, ReadOnlyMemory<byte> body)
    {
        try
        {
            return lane.Appender.Append(lifetime, identity, source, body);
        }
        catch (Exception e)
        {
            return ValueTask.FromException<BusPosition>(e);
        }
    }

    /// <summary>Outlives the call if need be: the bytes are pending for as long as the bus has them. Never faults.</summary>
    private async Task AwaitAsync(ValueTask<BusPosition> append, Handed batch)
    {
        var task = append.AsTask();
        try
        {
            await task.WaitAsync(lane.Limits.AppendTimeout, lane.Time);
            lane.CountDurable(batch.Records, batch.Bytes);
            lane.Appender.Pending.Release(batch.Bytes);
            _window.Durable(batch.Number);
            _answerDue.Set();
        }
        catch (Exception e)
        {
            // Whatever it was, the batch is not known to be durable: it is never acknowledged, nor is one after it.
            lane.CountFailure(e);
            await _failed.CancelAsync();
            _answerDue.Set();
            await ReleaseWhenDoneAsync(task, batch.Bytes);
        }
    }

    private async Task ReleaseWhenDoneAsync(Task task, int bytes)
    {
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lane.Appender.Pending.Release(bytes);
    }

    private async Task AnswerAsync(CancellationTokenSource reading, CancellationToken cancel)
    {
        var output = new ArrayBufferWriter<byte>(64);
        levels?.Wake = _answerDue.Set;
        try
        {
            while (true)
            {
                if (levels is not null && levels.TryTake(out var said))
                {
                    await SendAsync(ShipAnswers.Levels(said), cancel);
                }

                while (_window.TryTake(out var answer))
                {
                    _roomMade.Set();
                    ShipAnswers.Write(output, answer);
                    await SendAsync(output.WrittenMemory, cancel);
                    if (answer.Rejection is null)
                    {
                        lane.Metrics.Acked(lane.Lane);
                        Volatile.Write(ref _answeredThrough, answer.Number);
                        _answered.Set();
                    }
                }

                await _answerDue.WaitAsync(cancel);
            }
        }
        catch (OperationCanceledException)
        {
            // The client is gone or the call has ended; either way nothing is owed to it that it would hear.
            await reading.CancelAsync();
        }
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> answer, CancellationToken cancel)
    {
        var write = call.WriteAsync(answer, cancel);
        if (write.IsCompleted)
        {
            await write;
            return;
        }

        var task = write.AsTask();
        try
        {
            await task.WaitAsync(lane.Limits.AnswerTimeout, lane.Time);
        }
        catch (TimeoutException)
        {
            call.Abort();
            await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw new OperationCanceledException("The client takes no answers.");
        }
    }

    /// <summary>A call that ends in order hears of every batch that the bus makes durable in time.</summary>
    private async Task AnswerTheRestAsync()
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(call.Cancelled, _failed.Token);
        try
        {
            while (Volatile.Read(ref _answeredThrough) != _window.Next - 1)
            {
                await _answered.WaitAsync(either.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // What is left cannot be answered: the shipper resends it.
        }
    }

    private readonly record struct Handed(ulong Number, int Bytes, int Records);
}
