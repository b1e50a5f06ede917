using System.Runtime.InteropServices;
using Telemetry.Shipping.Native;

namespace Telemetry.Shipper.Pipes;

/// <summary>
/// Hands a command's output on to a descriptor of the shipper's. A reader that is slow holds up the command as it would without
/// the shipper; nobody listening is no reason to stop it. One thread writes.
/// </summary>
internal sealed class PassThrough(int descriptor, bool quiet)
{
    private volatile bool _isWriting;

    /// <summary>True while somebody has to read before it goes on. Any thread.</summary>
    public bool IsWriting => _isWriting;

    /// <summary>Blocks until all is written, also on a descriptor that does not block by itself; gives up when nobody listens.</summary>
    public unsafe void Write(ReadOnlySpan<byte> bytes)
    {
        _isWriting = !quiet;
        fixed (byte* from = bytes)
        {
            for (nint at = 0; at < bytes.Length && !quiet;)
            {
                var written = LibC.Write(descriptor, from + at, bytes.Length - at);
                if (written < 0 && !MayGoOn(Marshal.GetLastPInvokeError()))
                {
                    break;
                }

                at += Math.Max(written, 0);
            }
        }

        _isWriting = false;
    }

    /// <summary>A terminal or pipe that another process made non-blocking takes no more until its reader has read.</summary>
    private unsafe bool MayGoOn(int error)
    {
        if (error == LibC.EAGAIN)
        {
            var poll = new PollDescriptor { Descriptor = descriptor, Events = LibC.PollOut };
            return LibC.Poll(&poll, 1, -1) > 0 || Marshal.GetLastPInvokeError() == LibC.EINTR;
        }

        return error == LibC.EINTR;
    }
}
