namespace Telemetry.Spool.Tests.Model;

/// <summary>Makes the model, which is for one thread, usable by the threads of a log.</summary>
internal sealed class LockedDirectory(ISpoolDirectory inner) : ISpoolDirectory
{
    private readonly Lock _gate = new();

    public string Path => inner.Path;

    public void Prepare() => Run(() => inner.Prepare());

    public IReadOnlyList<string> List(string folder) => Run(() => inner.List(folder));

    public ISpoolFile Open(string name, bool writable) => Run(() => new LockedFile(inner.Open(name, writable), _gate));

    public ISpoolFile Create(string name) => Run(() => new LockedFile(inner.Create(name), _gate));

    public void Rename(string from, string to) => Run(() => inner.Rename(from, to));

    public void Delete(string name) => Run(() => inner.Delete(name));

    public void Flush() => Run(() => inner.Flush());

    public IDisposable? TryLock(string name) => Run(() => inner.TryLock(name));

    private void Run(Action call)
    {
        lock (_gate)
        {
            call();
        }
    }

    private T Run<T>(Func<T> call)
    {
        lock (_gate)
        {
            return call();
        }
    }

    private sealed class LockedFile(ISpoolFile inner, Lock gate) : ISpoolFile
    {
        public long Length
        {
            get
            {
                lock (gate)
                {
                    return inner.Length;
                }
            }
        }

        public int Read(Span<byte> destination, long offset)
        {
            lock (gate)
            {
                return inner.Read(destination, offset);
            }
        }

        public void Write(ReadOnlySpan<byte> source, long offset)
        {
            lock (gate)
            {
                inner.Write(source, offset);
            }
        }

        public void Flush()
        {
            lock (gate)
            {
                inner.Flush();
            }
        }

        public void Dispose() => inner.Dispose();
    }
}
