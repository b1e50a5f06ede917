using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Telemetry.Grpc.Server;

/// <summary>
/// The server's side of a call, for as long as its handler runs. One reader and one writer may be active at the same time.
/// </summary>
public sealed class GrpcServerCall
{
    private readonly HttpContext _context;
    private readonly PipeReader _input;
    private readonly PipeWriter _output;

    // Used only by the reader.
    private SequencePosition _consumed;
    private bool _holding;

    internal GrpcServerCall(HttpContext context, int maxReceiveBytes, DateTimeOffset? deadline, CancellationToken cancelled)
    {
        _context = context;
        _input = context.Request.BodyReader;
        _output = context.Response.BodyWriter;
        MaxReceiveBytes = maxReceiveBytes;
        Deadline = deadline;
        Cancelled = cancelled;
    }

    /// <summary>Path of the method.</summary>
    public string Method => _context.Request.Path.Value ?? "";

    /// <summary>The client's address; null when the transport has none.</summary>
    public IPEndPoint? Peer => _context.Connection.RemoteIpAddress is { } address
        ? new IPEndPoint(address, _context.Connection.RemotePort)
        : null;

    /// <summary>What the server keeps with the connection, which all its calls share.</summary>
    public IDictionary<object, object?> ConnectionItems => _context.Features.GetRequiredFeature<IConnectionItemsFeature>().Items;

    /// <summary>When the call's time is up; null is never.</summary>
    public DateTimeOffset? Deadline { get; }

    /// <summary>Cancelled when the client gave up, the connection broke or the deadline passed.</summary>
    public CancellationToken Cancelled { get; }

    /// <summary>Largest message that the next read takes, bytes. A handler may change it between reads.</summary>
    public int MaxReceiveBytes { get; set; }

    /// <summary>The message that <see cref="ReadAsync"/> found; valid until the next read.</summary>
    public ReadOnlySequence<byte> Current { get; private set; }

    /// <summary>Sent with the status; may be added to until the handler returns.</summary>
    public Metadata Trailers { get; } = new();

    /// <summary>True when the client has said that nothing follows.</summary>
    internal bool InputEnded { get; private set; }

    /// <summary>The last value of a request header, or null. Names in lower case.</summary>
    public string? GetHeader(string name) => _context.Request.Headers[name] is { Count: > 0 } values ? values[^1] : null;

    /// <summary>
    /// Sends a header with the first message. Throws <see cref="InvalidOperationException"/> after that, and
    /// <see cref="ArgumentException"/> for a bad or reserved name or value.
    /// </summary>
    public void AddHeader(string name, string value)
    {
        var checkedEntry = new Metadata { { name, value } };
        _context.Response.Headers.Append(checkedEntry[0].Key, checkedEntry[0].Value);
    }

    /// <summary>
    /// Waits for the next message; false when the client has half-closed. Nothing is read ahead of the caller, so that a
    /// caller who waits makes the client wait. Throws <see cref="GrpcException"/> when the client breaks the protocol or a
    /// bound, and <see cref="OperationCanceledException"/>; a read that is cancelled leaves the call as it is.
    /// </summary>
    public async ValueTask<bool> ReadAsync(CancellationToken cancel)
    {
        Release();
        while (!InputEnded)
        {
            var result = await ReadInputAsync(cancel);
            var buffer = result.Buffer;
            if (MessageFraming.TryRead(ref buffer, MaxReceiveBytes, out var message, out var fault))
            {
                _consumed = buffer.Start;
                _holding = true;
                Current = message;
                return true;
            }

            // Examined to the end, so that the next read returns with more and does not spin.
            _input.AdvanceTo(buffer.Start, buffer.End);
            InputEnded = result.IsCompleted;
            if (!fault.IsOk || (InputEnded && !buffer.IsEmpty))
            {
                throw new GrpcException(!fault.IsOk ? fault : GrpcStatus.MessageIncomplete);
            }
        }

        return false;
    }

    /// <summary>
    /// Sends one message and flushes it; waits while the client does not read. Throws
    /// <see cref="OperationCanceledException"/> when the call was given up, by either side.
    /// </summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> message, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        try
        {
            if (!_context.Response.HasStarted)
            {
                await StartAsync(cancel);
            }

            MessagePrefix.Write(_output.GetSpan(MessagePrefix.Size), message.Length);
            _output.Advance(MessagePrefix.Size);
            _output.Write(message.Span);
            var flushed = await _output.FlushAsync(cancel);
            if (flushed.IsCompleted || flushed.IsCanceled)
            {
                throw new OperationCanceledException("The client no longer reads.");
            }
        }
        catch (IOException e)
        {
            throw new OperationCanceledException("The client gave the call up.", e);
        }
    }

    /// <summary>Sends the headers now instead of with the first message.</summary>
    public Task StartAsync(CancellationToken cancel)
    {
        _context.Response.ContentType = HeaderNames.GrpcContentType;
        _context.Response.Headers[HeaderNames.GrpcAcceptEncoding] = MessageEncoding.Accepted;
        return _context.Response.StartAsync(cancel);
    }

    /// <summary>
    /// Reads the one message of a call that has one; throws <see cref="GrpcException"/> when there is none or more than one.
    /// It is valid until the handler returns.
    /// </summary>
    public async ValueTask<ReadOnlySequence<byte>> ReadSingleAsync()
    {
        if (!await ReadAsync(Cancelled))
        {
            throw new GrpcException(GrpcStatus.MessageIncomplete);
        }

        var message = new ReadOnlySequence<byte>(Current.ToArray());
        return await ReadAsync(Cancelled) ? throw new GrpcException(GrpcStatus.MessageSurplus) : message;
    }

    /// <summary>Reads and discards what follows, up to a bound of time and bytes. Does not throw.</summary>
    internal async Task DrainAsync(long maxBytes, CancellationToken cancel)
    {
        try
        {
            Release();
            for (long drained = 0; !InputEnded && drained < maxBytes;)
            {
                var result = await _input.ReadAsync(cancel);
                drained += result.Buffer.Length;
                InputEnded = result.IsCompleted;
                _input.AdvanceTo(result.Buffer.End);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The client is gone, or was given time enough.
        }
    }

    /// <summary>Drops the stream with HTTP/2 CANCEL: reads and writes that wait return, and the client hears no status.</summary>
    public void Abort() => _context.Features.Get<IHttpResetFeature>()?.Reset(errorCode: 0x8);

    private async ValueTask<ReadResult> ReadInputAsync(CancellationToken cancel)
    {
        try
        {
            return await _input.ReadAsync(cancel);
        }
        catch (IOException e)
        {
            // Kestrel's word for a client that reset the stream or vanished.
            throw new OperationCanceledException("The client gave the call up.", e);
        }
    }

    private void Release()
    {
        Current = default;
        if (_holding)
        {
            _holding = false;
            _input.AdvanceTo(_consumed);
        }
    }
}
