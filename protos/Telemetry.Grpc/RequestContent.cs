using System.Net;
using System.Net.Http;

namespace Telemetry.Grpc;

/// <summary>
/// A request body without a length that is written from outside: the handler lends its stream for as long as
/// <see cref="SerializeToStreamAsync(Stream, TransportContext?, CancellationToken)"/> runs.
/// </summary>
internal sealed class RequestContent : HttpContent
{
    private readonly TaskCompletionSource<Stream> _stream = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _lent;

    /// <summary>Completes when the handler is ready to send; faults when it gave up.</summary>
    public Task<Stream> Stream => _stream.Task;

    /// <summary>Half-closes the stream. Idempotent.</summary>
    public void Complete() => _completed.TrySetResult();

    /// <summary>Gives the stream up: the server sees a reset and not a half-close. Idempotent.</summary>
    public void Abandon()
    {
        _stream.TrySetCanceled();
        _completed.TrySetCanceled();
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, default);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (_lent)
        {
            // The handler repeats a request that a server refused; messages may be gone by then, so the caller decides.
            throw new GrpcException(new(StatusCode.Unavailable, "The server refused the stream."));
        }

        // The headers go out with the first flush; otherwise the server hears of the call with its first message.
        _lent = true;
        try
        {
            await stream.FlushAsync(cancellationToken);
            _stream.TrySetResult(stream);
            await _completed.Task.WaitAsync(cancellationToken);
        }
        catch (Exception e) when (!_completed.Task.IsCanceled)
        {
            _stream.TrySetException(e);
            if (!cancellationToken.IsCancellationRequested)
            {
                throw;
            }

            // The stream or its connection was reset. The handler knows why, and would report this exception instead.
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
