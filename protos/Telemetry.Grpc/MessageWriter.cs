using System.Buffers;

namespace Telemetry.Grpc;

/// <summary>
/// Writes one message to a stream. Prefix and message leave in one write when they are small (dotnet/runtime#35184 measures
/// why); large pieces are handed on as they are.
/// </summary>
internal sealed class MessageWriter
{
    /// <summary>One HTTP/2 DATA frame.</summary>
    private const int ScratchBytes = 16 << 10;

    private readonly byte[] _scratch = new byte[ScratchBytes];
    private int _used;

    /// <summary>Writes and flushes. One at a time.</summary>
    public async ValueTask WriteAsync(Stream stream, ReadOnlySequence<byte> message, CancellationToken cancel)
    {
        MessagePrefix.Write(_scratch, checked((int)message.Length));
        _used = MessagePrefix.Size;
        foreach (var piece in message)
        {
            var rest = piece;
            while (!rest.IsEmpty)
            {
                rest = await TakeAsync(stream, rest, cancel);
            }
        }

        await SpillAsync(stream, cancel);
        await stream.FlushAsync(cancel);
    }

    private async ValueTask<ReadOnlyMemory<byte>> TakeAsync(
        Stream stream, ReadOnlyMemory<byte> piece, CancellationToken cancel)
    {
        if (_used == 0 && piece.Length >= ScratchBytes)
        {
            await stream.WriteAsync(piece, cancel);
            return default;
        }

        var taken = Math.Min(piece.Length, ScratchBytes - _used);
        piece[..taken].CopyTo(_scratch.AsMemory(_used));
        _used += taken;
        if (_used == ScratchBytes)
        {
            await SpillAsync(stream, cancel);
        }

        return piece[taken..];
    }

    private async ValueTask SpillAsync(Stream stream, CancellationToken cancel)
    {
        if (_used > 0)
        {
            await stream.WriteAsync(_scratch.AsMemory(0, _used), cancel);
            _used = 0;
        }
    }
}
