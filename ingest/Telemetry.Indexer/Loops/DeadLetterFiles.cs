using Telemetry.Bus;

namespace Telemetry.Indexer.Loops;

/// <summary>
/// Keeps what could not be indexed, for people, where the bus does not: one file each, see <see cref="DeadLetterFileFormat"/>.
/// Written under another name, synced and renamed, so that a file is whole or absent; the same entry gives the same file.
/// The oldest are deleted past the limits, which may be exceeded by a few. Others may delete files meanwhile. Not thread-safe.
/// </summary>
/// <param name="directory"><c>DATA/deadletters/LANE</c>; made when it is first needed.</param>
/// <param name="maxBytes">All files together.</param>
/// <param name="maxFiles">Files.</param>
internal sealed class DeadLetterFiles(string directory, long maxBytes = 256 << 20, int maxFiles = 10_000)
{
    /// <summary>Letters between looks at the limits: looking is work that grows with the files.</summary>
    private const int BoundEvery = 64;

    private int _kept;

    /// <summary>Keeps one. Throws <see cref="IOException"/> on a full disk.</summary>
    public void Keep(DeadLetter letter)
    {
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, DeadLetterFileFormat.NameOf(DeadLetterId.Of(letter)) + DeadLetterFileFormat.Extension);
        using (var file = new FileStream(path + ".tmp", FileMode.Create, FileAccess.Write))
        {
            file.Write(DeadLetterFileFormat.Head(letter));
            file.Write(letter.Bytes.Span);
            file.Flush(flushToDisk: true);
        }

        File.Move(path + ".tmp", path, overwrite: true);
        if (_kept++ % BoundEvery == 0)
        {
            Bound();
        }
    }

    private void Bound()
    {
        var files = new DirectoryInfo(directory).GetFiles("*" + DeadLetterFileFormat.Extension);
        Array.Sort(files, (a, b) => string.CompareOrdinal(a.Name, b.Name));
        var bytes = files.Sum(LengthOf);
        for (var i = 0; i < files.Length - 1 && (bytes > maxBytes || files.Length - i > maxFiles); i++)
        {
            bytes -= LengthOf(files[i]);
            files[i].Delete();
        }
    }

    /// <summary>0 for one that was deleted meanwhile.</summary>
    private static long LengthOf(FileInfo file) => file.Exists ? file.Length : 0;
}
