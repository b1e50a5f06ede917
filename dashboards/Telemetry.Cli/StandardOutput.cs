using System.Runtime.InteropServices;
using System.Text;

namespace Telemetry.Cli;

/// <summary>
/// Standard output that says when nobody reads it any more: <see cref="System.Console.Out"/> swallows a broken pipe, and
/// <c>telemetry search --follow | head</c> would never end. It writes where the descriptor stands, which a file stream does not
/// do when several programs share a file.
/// </summary>
internal sealed class StandardOutput : Stream
{
    private const int Descriptor = 1;
    private const int InterruptedCall = 4;
    private const int WouldBlock = 11;
    private const short PollOut = 4;

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public static TextWriter Open() =>
        new StreamWriter(new StandardOutput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 16 << 10);

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count)
    {
        while (count > 0)
        {
            var written = WriteSome(buffer, offset, count);
            offset += written;
            count -= written;
        }
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        Write(buffer, offset, count);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.ToArray(), 0, buffer.Length);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    private static int WriteSome(byte[] buffer, int offset, int count)
    {
        var written = Write(Descriptor, ref buffer[offset], count);
        if (written >= 0)
        {
            return (int)written;
        }

        var error = Marshal.GetLastPInvokeError();
        if (error == WouldBlock)
        {
            // A terminal that another program has set to non-blocking.
            var poll = new PollDescriptor { Descriptor = Descriptor, Events = PollOut };
            _ = Poll(ref poll, 1, -1);
            return 0;
        }

        return error == InterruptedCall ? 0 : throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
    }

    [DllImport("libc", EntryPoint = "write", SetLastError = true)]
    private static extern nint Write(int descriptor, ref byte buffer, nint count);

    [DllImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static extern int Poll(ref PollDescriptor descriptors, nuint count, int milliseconds);

    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
