using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Telemetry.Bus;
using Telemetry.Store;
using Telemetry.Wire;

namespace Telemetry.Indexer.Loops;

/// <summary>
/// A dead letter as a file:
/// <code>
/// POSITION[-RECORD|-DOCUMENT].dead    POSITION with 20 digits
/// one line, UTF-8, tab-separated      name, bus time, instance, source, reason, tenant, lifetime
/// the rest                            the entry, the record or the document, as it was
/// </code>
/// Of a line with five fields, as former versions wrote it, tenant and lifetime are not known. A first line longer than 64 KiB, or with
/// other fields, makes it no letter. The name of a file says what it is; the line repeats it for people.
/// <para>Example: in 00000000000000001234-7.dead, "00000000000000001234-7␉2026-01-02T03:04:05.000000Z␉i-1␉::1␉A record does
/// not decode.␉␉5d1b…␊" and the record's bytes.</para>
/// </summary>
internal static class DeadLetterFileFormat
{
    public const string Extension = ".dead";
    private const int MaxLineBytes = 64 << 10;

    /// <summary>The name of a letter's file, without extension; the same entry, record and document give the same.</summary>
    public static string NameOf(DeadLetterId id) => id.Position.Value.ToString("d20", CultureInfo.InvariantCulture)
        + (id.Record is { } index ? $"-{index.ToString(CultureInfo.InvariantCulture)}" : "")
        + (id.DocumentId.Length > 0 ? $"-{id.DocumentId}" : "");

    /// <summary>The first line, with its end.</summary>
    public static byte[] Head(DeadLetter letter) => Encoding.UTF8.GetBytes(string.Join('\t',
        NameOf(DeadLetterId.Of(letter)), Rfc3339.Format(letter.Stamp.BusUnixUs), Plain(letter.Stamp.InstanceId),
        Plain(letter.Stamp.Source), Plain(letter.Reason), Plain(letter.Stamp.Tenant), letter.Stamp.Lifetime.ToString()) + "\n");

    /// <summary>Reads a file; null when it holds no letter. Throws <see cref="IOException"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="lane">Lane that it lies in.</param>
    /// <param name="withBytes">Whether the bytes are read as well.</param>
    public static KeptDeadLetter? Read(string path, Lane lane, bool withBytes)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (!TryParseName(Path.GetFileNameWithoutExtension(path), lane, out var id) || !TryReadLine(file, out var line))
        {
            return null;
        }

        var fields = line.Split('\t');
        if (fields.Length is not (5 or 7) || !DateTimeOffset.TryParse(fields[1], CultureInfo.InvariantCulture, out var busTime))
        {
            return null;
        }

        LifetimeId lifetime = default;
        if (fields.Length == 7 && !LifetimeId.TryParse(fields[6], out lifetime))
        {
            return null;
        }

        var stamp = new BusStamp(
            lifetime, fields[2], fields.Length == 7 ? fields[5] : "", fields[3], (busTime.UtcTicks - DateTime.UnixEpoch.Ticks) / 10);
        var size = file.Length - file.Position;
        var bytes = withBytes ? new byte[size] : [];
        file.ReadExactly(bytes);
        var letter = new DeadLetter(id.Partition, id.Position, id.Record, stamp, id.DocumentId, fields[4], bytes);
        return new KeptDeadLetter(id.ToString(), letter, size, File.GetLastWriteTimeUtc(path));
    }

    /// <summary>An index has at most ten digits, a document's id is longer.</summary>
    private static bool TryParseName(string name, Lane lane, out DeadLetterId id)
    {
        var partition = new BusPartition(lane, Generation: 1, Number: 0);
        var parts = name.Split('-', 2);
        id = default;
        if (!long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var position))
        {
            return false;
        }

        var rest = parts.Length == 2 ? parts[1] : "";
        var isRecord = int.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out var record);
        id = new DeadLetterId(partition, new BusPosition(position), isRecord ? record : null, isRecord ? "" : rest);
        return true;
    }

    /// <summary>Leaves the file at what follows the line.</summary>
    private static bool TryReadLine(FileStream file, [NotNullWhen(true)] out string? line)
    {
        line = null;
        var head = new byte[(int)Math.Min(MaxLineBytes, file.Length)];
        file.ReadExactly(head);
        var end = Array.IndexOf(head, (byte)'\n');
        if (end < 0)
        {
            return false;
        }

        line = Encoding.UTF8.GetString(head, 0, end);
        file.Position = end + 1;
        return true;
    }

    private static string Plain(string text) => text.ReplaceLineEndings(" ").Replace('\t', ' ');
}
