using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Spectre.Console;
using Telemetry.Bus;
using Telemetry.Store;

namespace Telemetry.Cli.Rendering;

/// <summary>Dead letters for people and for programs.</summary>
internal static class DeadLetterText
{
    public static Table List(IEnumerable<KeptDeadLetter> letters)
    {
        var table = Tables.Create("id", "kept at", "partition", "position", "record", "lifetime", "instance", "bytes", "reason");
        foreach (var kept in letters)
        {
            var letter = kept.Letter;
            table.AddRow([.. new[]
            {
                kept.Id, TimeOf(kept.At), letter.Partition.ToString(), letter.Position.ToString(), RecordOf(letter), LifetimeOf(letter),
                letter.Stamp.InstanceId, kept.Size.ToString(CultureInfo.InvariantCulture), letter.Reason,
            }.Select(cell => new Text(cell.Length > 0 ? VisibleText.Of(cell) : "-"))]);
        }

        return table;
    }

    /// <summary>Everything but the bytes, a line each.</summary>
    public static IEnumerable<string> Metadata(KeptDeadLetter kept)
    {
        foreach (var (name, value) in ToJson(kept))
        {
            if (value?.ToString() is { Length: > 0 } text)
            {
                yield return $"{name.Replace('_', ' '),-10} {VisibleText.Of(text)}";
            }
        }
    }

    /// <summary>Everything but the bytes.</summary>
    public static JsonObject ToJson(KeptDeadLetter kept)
    {
        var letter = kept.Letter;
        return new JsonObject
        {
            ["id"] = kept.Id,
            ["kept_at"] = Rfc3339.Format((kept.At.UtcTicks - DateTime.UnixEpoch.Ticks) / 10),
            ["partition"] = letter.Partition.ToString(),
            ["position"] = letter.Position.Value,
            ["record"] = letter.Record,
            ["document"] = letter.DocumentId.Length > 0 ? letter.DocumentId : null,
            ["lifetime"] = letter.Stamp.Lifetime == default ? null : letter.Stamp.Lifetime.ToString(),
            ["instance"] = letter.Stamp.InstanceId,
            ["tenant"] = letter.Stamp.Tenant,
            ["source"] = letter.Stamp.Source,
            ["bus_time"] = letter.Stamp.BusUnixUs > 0 ? Rfc3339.Format(letter.Stamp.BusUnixUs) : null,
            ["reason"] = letter.Reason,
            ["size"] = kept.Size,
        };
    }

    /// <summary>The same with the bytes, as text where they are text.</summary>
    public static JsonObject ToJsonWithBytes(KeptDeadLetter kept)
    {
        var json = ToJson(kept);
        var bytes = kept.Letter.Bytes.Span;
        if (IsText(bytes))
        {
            json["text"] = Encoding.UTF8.GetString(bytes);
        }
        else
        {
            json["base64"] = Convert.ToBase64String(bytes);
        }

        return json;
    }

    /// <summary>The bytes as text where they are text, else as a hex dump.</summary>
    public static void WriteBytes(TextWriter output, ReadOnlySpan<byte> bytes)
    {
        if (IsText(bytes))
        {
            output.WriteLine(VisibleText.OfLines(Encoding.UTF8.GetString(bytes)));
        }
        else
        {
            HexDump.Write(output, bytes);
        }
    }

    private static bool IsText(ReadOnlySpan<byte> bytes)
    {
        if (!Utf8.IsValid(bytes))
        {
            return false;
        }

        foreach (var value in bytes)
        {
            if (value is < 0x20 and not ((byte)'\t' or (byte)'\n' or (byte)'\r'))
            {
                return false;
            }
        }

        return true;
    }

    private static string RecordOf(DeadLetter letter) => letter.Record?.ToString(CultureInfo.InvariantCulture) ?? "";

    private static string LifetimeOf(DeadLetter letter) => letter.Stamp.Lifetime == default ? "" : letter.Stamp.Lifetime.ToString();

    private static string TimeOf(DateTimeOffset at) => ShortTime.Of(Rfc3339.Format((at.UtcTicks - DateTime.UnixEpoch.Ticks) / 10));
}
