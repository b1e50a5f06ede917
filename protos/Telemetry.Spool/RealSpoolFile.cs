using Microsoft.Win32.SafeHandles;

namespace Telemetry.Spool;

internal sealed class RealSpoolFile(SafeFileHandle handle, string path) : ISpoolFile
{
    public long Length => RealSpoolDirectory.Guard(this, static file => RandomAccess.GetLength(file.Handle));

    private SafeFileHandle Handle => handle;

    public int Read(Span<byte> destination, long offset)
    {
        try
        {
            var total = 0;
            while (total < destination.Length)
            {
                var read = RandomAccess.Read(handle, destination[total..], offset + total);
                if (read == 0)
                {
                    break;
                }

                total += read;
            }

            return total;
        }
        catch (Exception e) when (RealSpoolDirectory.IsDiskFault(e))
        {
            throw RealSpoolDirectory.AsDiskError(e);
        }
    }

    public void Write(ReadOnlySpan<byte> source, long offset)
    {
        try
        {
            RandomAccess.Write(handle, source, offset);
        }
        catch (Exception e) when (RealSpoolDirectory.IsDiskFault(e))
        {
            throw RealSpoolDirectory.AsDiskError(e);
        }
    }

    public void Flush()
    {
        try
        {
            Posix.FlushData(handle, path);
        }
        catch (Exception e) when (RealSpoolDirectory.IsDiskFault(e))
        {
            throw RealSpoolDirectory.AsDiskError(e);
        }
    }

    public void Dispose() => handle.Dispose();
}
