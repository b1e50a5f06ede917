using Telemetry.Shipper.Native;

namespace Telemetry.Shipper.Pipes;

/// <summary>Reads a descriptor on a thread of its own until its end and hands on the bytes.</summary>
internal sealed class PipeReader
{
    private const int BufferBytes = 64 << 10;

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts at once. <paramref name="take"/> is called on the thread; it may block.</summary>
    public PipeReader(string name, int descriptor, Action<ReadOnlyMemory<byte>> take)
    {
        var thread = new Thread(() => Read(descriptor, take)) { IsBackground = true, Name = name };
        thread.Start();
    }

    /// <summary>Completes at the end of the pipe; faults when <c>take</c> throws.</summary>
    public Task Ended => _ended.Task;

    private void Read(int descriptor, Action<ReadOnlyMemory<byte>> take)
    {
        try
        {
            var buffer = new byte[BufferBytes];
            while (ReadOnce(descriptor, buffer) is > 0 and var read)
            {
                take(buffer.AsMemory(0, read));
            }

            _ended.SetResult();
        }
        catch (Exception e)
        {
            _ended.SetException(e);
        }
    }

    /// <summary>0 at the end, and when the descriptor cannot be read.</summary>
    private static unsafe int ReadOnce(int descriptor, byte[] buffer)
    {
        fixed (byte* to = buffer)
        {
            nint read;
            do
            {
                read = LibC.Read(descriptor, to, buffer.Length);
            }
            while (read < 0 && System.Runtime.InteropServices.Marshal.GetLastPInvokeError() == LibC.EINTR);

            return (int)Math.Max(read, 0);
        }
    }
}
