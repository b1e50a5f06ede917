using System.Globalization;
using System.Text;
using Telemetry.Bus;

namespace Telemetry.Indexer.Loops;

/// <summary>
/// Keeps what could not be indexed, for people, where the bus does not: one file each,
/// <code>
/// POSITION[-RECORD|-DOCUMENT].dead    one line: name, bus time, instance, source and reason, tab-separated; then the bytes
/// </code>
/// Written under another name, synced and renamed, so that a file is whole or absent; the same entry gives the same file.
/// The oldest are deleted past the limits, which may be exceeded by a few. Not thread-safe.
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
        var name = letter.Position.Value.ToString("d20", CultureInfo.InvariantCulture)
            + (letter.Record is { } index ? $"-{index.ToString(CultureInfo.InvariantCulture)}" : "")
            + (letter.DocumentId.Length > 0 ? $"-{letter.DocumentId}" : "");
        var path = Path.Combine(directory, name + ".dead");
        using (var file = new FileStream(path + ".tmp", FileMode.Create, FileAccess.Write))
        {
            file.Write(Encoding.UTF8.GetBytes(string.Join('\t',
                name, Store.Rfc3339.Format(letter.Stamp.BusUnixUs), Plain(letter.Stamp.InstanceId),
                Plain(letter.Stamp.Source), Plain(letter.Reason)) + "\n"));
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
        var files = new DirectoryInfo(directory).GetFiles("*.dead");
        Array.Sort(files, (a, b) => string.CompareOrdinal(a.Name, b.Name));
        var bytes = files.Sum(f => f.Length);
        for (var i = 0; i < files.Length - 1 && (bytes > maxBytes || files.Length - i > maxFiles); i++)
        {
            bytes -= files[i].Length;
            files[i].Delete();
        }
    }

    private static string Plain(string text) => text.ReplaceLineEndings(" ").Replace('\t', ' ');
}
