using System.Buffers;
using System.IO.Pipelines;
using System.Net.Http;
using System.Net.Http.Headers;

namespace Telemetry.Grpc;

/// <summary>
/// One call that streams both ways. One reader and one writer may be active at the same time. However the call ends, it ends
/// once: the first of the server's status, a broken transport, the deadline, a cancelled write and
/// <see cref="DisposeAsync"/> decides its status.
/// </summary>
public sealed class DuplexCall : IAsyncDisposable
{
    private const int ReadBufferBytes = 16 << 10;

    /// <summary>A write that fails waits so long for the status that explains it, which is on its way to the reader.</summary>
    private static readonly TimeSpan _statusAfterFailedWrite = TimeSpan.FromSeconds(1);

    private readonly RequestContent _content = new();
    private readonly MessageWriter _writer = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly TaskCompletionSource<GrpcStatus> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task<PipeReader?> _opening;
    private readonly ITimer? _deadlineTimer;
    private readonly long _startedAt;
    private readonly TimeSpan? _timeout;
    private readonly TimeProvider _time;
    private readonly int _maxReceiveBytes;

    private volatile HttpResponseMessage? _response;
    private volatile PipeReader? _reader;

    // Used only by the writer.
    private bool _halfClosed;

    // Used only by the reader.
    private SequencePosition _consumed;
    private bool _holding;
    private byte[] _joined = [];

    internal DuplexCall(
        HttpMessageInvoker invoker, HttpRequestMessage request, GrpcCallOptions options, GrpcChannelOptions channel)
    {
        _time = channel.Time;
        _maxReceiveBytes = channel.MaxReceiveBytes;
        _timeout = options.Timeout;
        _startedAt = _time.GetTimestamp();
        _content.Headers.ContentType = new MediaTypeHeaderValue(HeaderNames.GrpcContentType);
        request.Content = _content;
        _opening = OpenAsync(invoker, request);
        if (_timeout is { } timeout)
        {
            _deadlineTimer = _time.CreateTimer(static call => ((DuplexCall)call!).End(GrpcStatus.DeadlineExceeded), this,
                timeout > TimeSpan.Zero ? timeout : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>The message that <see cref="ReadAsync"/> found; valid until the next read.</summary>
    public ReadOnlyMemory<byte> Current { get; private set; }

    /// <summary>True when the status is known; nothing more will be read or written.</summary>
    public bool HasEnded => _end.Task.IsCompleted;

    /// <summary>How the call ended; UNKNOWN with a sentence while it has not.</summary>
    public GrpcStatus Status =>
        _end.Task.IsCompleted ? _end.Task.Result : new(StatusCode.Unknown, "The call has not ended.");

    /// <summary>What the server sent before its first message; empty until the first read has returned.</summary>
    public Metadata Headers { get; private set; } = new();

    /// <summary>What the server sent after its last message; empty until the call has ended.</summary>
    public Metadata Trailers { get; private set; } = new();

    /// <summary>
    /// Sends one message and flushes it; waits while the server does not read (flow control). Throws
    /// <see cref="GrpcException"/> with the call's status when the call has ended, and
    /// <see cref="InvalidOperationException"/> after <see cref="CompleteAsync"/>. Cancelling ends the call.
    /// </summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> message, CancellationToken cancel) =>
        WriteAsync(new ReadOnlySequence<byte>(message), cancel);

    /// <summary>The same for a message in pieces; large pieces are not copied.</summary>
    public async ValueTask WriteAsync(ReadOnlySequence<byte> message, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (_halfClosed)
        {
            throw new InvalidOperationException("The call is half-closed: nothing can be written after CompleteAsync.");
        }

        // A message cannot be half sent, so that a write that is given up takes the call with it.
        await using var registration =
            cancel.UnsafeRegister(static call => ((DuplexCall)call!).End(GrpcStatus.Cancelled), this);
        try
        {
            var stream = await _content.Stream;
            await _writer.WriteAsync(stream, message, _abort.Token);
        }
        catch (Exception e)
        {
            cancel.ThrowIfCancellationRequested();
            throw new GrpcException(await ExplainAsync(e), e);
        }
    }

    /// <summary>Says that no message follows (half-close). Idempotent; does not wait for the server.</summary>
    public ValueTask CompleteAsync()
    {
        _halfClosed = true;
        _content.Complete();
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Waits for the next message. False when the call has ended, however: <see cref="Status"/> and <see cref="Trailers"/>
    /// say how. Throws only <see cref="OperationCanceledException"/>; a read that is cancelled leaves the call as it is.
    /// </summary>
    public async ValueTask<bool> ReadAsync(CancellationToken cancel)
    {
        Release();
        try
        {
            var reader = await _opening.WaitAsync(cancel);
            return reader is not null && await ReadMessageAsync(reader, cancel);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancel.IsCancellationRequested)
        {
            End(TransportFault.ToStatus(e));
            return false;
        }
    }

    /// <summary>Ends the call with CANCELLED unless it has ended; a read or write in progress returns.</summary>
    public async ValueTask DisposeAsync()
    {
        End(GrpcStatus.Cancelled);
        await _opening;
        _response?.Dispose();
    }

    /// <summary>Never faults: what goes wrong becomes the status.</summary>
    private async Task<PipeReader?> OpenAsync(HttpMessageInvoker invoker, HttpRequestMessage request)
    {
        try
        {
            var response = await invoker.SendAsync(request, _abort.Token);
            Headers = ResponseStatus.ToMetadata(response.Headers);
            _response = response;
            if (ResponseStatus.FromHeaders(response) is { } status)
            {
                Trailers = Headers;
                End(status, byServer: true);
                return null;
            }

            var stream = await response.Content.ReadAsStreamAsync(_abort.Token);
            _reader = PipeReader.Create(stream,
                new StreamPipeReaderOptions(bufferSize: ReadBufferBytes, useZeroByteReads: true));
            if (HasEnded)
            {
                // The end came between the two assignments above and did not see what to tear down.
                TearDown();
            }

            return _reader;
        }
        catch (Exception e)
        {
            End(TransportFault.ToStatus(e));
            return null;
        }
    }

    private async ValueTask<bool> ReadMessageAsync(PipeReader reader, CancellationToken cancel)
    {
        while (!HasEnded)
        {
            var result = await reader.ReadAsync(cancel);
            if (result.IsCanceled)
            {
                continue;
            }

            var buffer = result.Buffer;
            if (MessageFraming.TryRead(ref buffer, _maxReceiveBytes, out var message, out var fault))
            {
                Hold(message, buffer.Start);
                return true;
            }

            if (!fault.IsOk)
            {
                End(fault);
                return false;
            }

            if (result.IsCompleted)
            {
                End(ReadStatus(buffer.IsEmpty), byServer: true);
                return false;
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
        }

        return false;
    }

    private GrpcStatus ReadStatus(bool atMessageBorder)
    {
        Trailers = ResponseStatus.ToMetadata(_response!.TrailingHeaders);
        var status = ResponseStatus.FromTrailers(_response);
        return status.IsOk && !atMessageBorder ? GrpcStatus.MessageIncomplete : status;
    }

    private void Hold(ReadOnlySequence<byte> message, SequencePosition consumed)
    {
        _consumed = consumed;
        _holding = true;
        if (message.IsSingleSegment)
        {
            Current = message.First;
            return;
        }

        var length = (int)message.Length;
        if (_joined.Length < length)
        {
            _joined = new byte[length];
        }

        message.CopyTo(_joined);
        Current = _joined.AsMemory(0, length);
    }

    private void Release()
    {
        Current = default;
        if (_holding)
        {
            _holding = false;
            _reader!.AdvanceTo(_consumed);
        }
    }

    /// <summary>Decides the status once; any thread.</summary>
    /// <param name="status">The status.</param>
    /// <param name="byServer">The server has ended its side; otherwise the stream is reset.</param>
    private void End(GrpcStatus status, bool byServer = false)
    {
        // What a server or a transport says about a call whose time is up follows from that ("Client Cancellation").
        if (status.Code is StatusCode.Cancelled or StatusCode.Unavailable && _timeout is { } timeout
            && _time.GetElapsedTime(_startedAt) >= timeout)
        {
            status = GrpcStatus.DeadlineExceeded;
        }

        if (_end.TrySetResult(status))
        {
            _deadlineTimer?.Dispose();
            if (byServer)
            {
                // A half-close spares the server a reset.
                _content.Complete();
            }

            TearDown();
        }
    }

    private void TearDown()
    {
        _content.Abandon();
        _abort.Cancel();
        _reader?.CancelPendingRead();

        // Cancelling stops SendAsync until the headers are there; after that only disposing resets the stream.
        _response?.Dispose();
    }

    private async ValueTask<GrpcStatus> ExplainAsync(Exception failedWrite)
    {
        try
        {
            return await _end.Task.WaitAsync(_statusAfterFailedWrite, _time);
        }
        catch (TimeoutException)
        {
            var status = TransportFault.ToStatus(failedWrite);
            End(status);
            return Status;
        }
    }
}
