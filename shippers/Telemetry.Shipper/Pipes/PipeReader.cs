using Telemetry.Shipping.Diagnostics;
using Telemetry.Shipping.Native;

namespace Telemetry.Shipper.Pipes;

/// <summary>Reads a descriptor on a thread of its own until its end and hands on the bytes.</summary>
internal sealed class PipeReader
{
    private const int BufferBytes = 64 << 10;

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly string _name;
    private readonly Log _diagnostics;

    /// <summary>Starts at once. <paramref name="take"/> is called on the thread; it may block.</summary>
    public PipeReader(string name, int descriptor, Action<ReadOnlyMemory<byte>> take, Log diagnostics)
    {
        _name = name;
        _diagnostics = diagnostics;
        new Thread(() => Read(descriptor, take)) { IsBackground = true, Name = name }.Start();
    }

    /// <summary>Completes at the end of the pipe. Does not fault.</summary>
    public Task Ended => _ended.Task;

    private void Read(int descriptor, Action<ReadOnlyMemory<byte>> take)
    {
        var buffer = new byte[BufferBytes];
        while (ReadOnce(descriptor, buffer) is > 0 and var read)
        {
            Take(take, buffer.AsMemory(0, read));
        }

        _ended.SetResult();
    }

    /// <summary>Whoever writes into the pipe would hang if a mistake here ended the reading, so that it goes on.</summary>
    private void Take(Action<ReadOnlyMemory<byte>> take, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            take(bytes);
        }
        catch (Exception e)
        {
            _diagnostics.Fault($"Reading of {_name}", e);
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
