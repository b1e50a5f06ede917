namespace Telemetry.Spool;

/// <summary>
/// An open file. Throws <see cref="IOException"/> and nothing else on failure, <see cref="SpoolDiskFullException"/> when there
/// is no space. Reads and writes may run at the same time.
/// </summary>
public interface ISpoolFile : IDisposable
{
    /// <summary>Bytes it has now.</summary>
    long Length { get; }

    /// <summary>Reads at an offset; fewer bytes than asked only at the end of the file.</summary>
    int Read(Span<byte> destination, long offset);

    /// <summary>
    /// Writes all bytes at an offset, growing the file. What is written survives the process at once and the machine only
    /// after <see cref="Flush"/>. When it throws, any part may have been written.
    /// </summary>
    void Write(ReadOnlySpan<byte> source, long offset);

    /// <summary>
    /// Makes what was written durable (fdatasync). When it throws, what was written since the last success may be lost, even
    /// though it can still be read and the next flush succeeds: it has to be written again.
    /// </summary>
    void Flush();
}
