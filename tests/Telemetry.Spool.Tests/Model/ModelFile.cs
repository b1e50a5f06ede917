namespace Telemetry.Spool.Tests.Model;

internal sealed class ModelFile(ModelDirectory directory, ModelInode inode) : ISpoolFile
{
    private bool _closed;

    public long Length
    {
        get
        {
            Call();
            return inode.Length;
        }
    }

    public int Read(Span<byte> destination, long offset)
    {
        Call();
        return inode.Read(destination, offset);
    }

    public void Write(ReadOnlySpan<byte> source, long offset)
    {
        Call();
        directory.Disk.Write(inode, source, offset);
    }

    public void Flush()
    {
        Call();
        directory.Disk.Flush(inode);
    }

    public void Dispose() => _closed = true;

    private void Call()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        directory.Call();
    }
}
