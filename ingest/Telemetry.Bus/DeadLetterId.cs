using System.Globalization;
using Telemetry.Bus.SegmentLog;
using Telemetry.Wire;

namespace Telemetry.Bus;

/// <summary>
/// What a dead letter is called: "PARTITION/POSITION/RECORD/DOCUMENT", as "bulk-g1-3/1234/7/" or "bulk-g1-3/1234//AaBt…". The same
/// entry, record and document have the same id, wherever they are kept.
/// </summary>
/// <param name="Partition">Partition of the entry that it came in.</param>
/// <param name="Position">Position of that entry.</param>
/// <param name="Record">Index of the record in the entry; null for all of it.</param>
/// <param name="DocumentId"><c>_id</c> of the document that the store refused; "" when there is none.</param>
public readonly record struct DeadLetterId(BusPartition Partition, BusPosition Position, int? Record, string DocumentId)
{
    private static readonly Lane[] _lanes = [Lane.Critical, Lane.Bulk];

    /// <summary>The id of a letter.</summary>
    public static DeadLetterId Of(DeadLetter letter)
    {
        ArgumentNullException.ThrowIfNull(letter);
        return new DeadLetterId(letter.Partition, letter.Position, letter.Record, letter.DocumentId);
    }

    /// <summary>Parses what <see cref="ToString"/> prints. Does not throw.</summary>
    public static bool TryParse(string text, out DeadLetterId id)
    {
        ArgumentNullException.ThrowIfNull(text);
        id = default;
        var parts = text.Split('/', 4);
        if (parts.Length != 4 || !TryParsePartition(parts[0], out var partition)
            || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var position)
            || !TryParseRecord(parts[2], out var record))
        {
            return false;
        }

        id = new DeadLetterId(partition, new BusPosition(position), record, parts[3]);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Partition}/{Position.Value}/{Record}/{DocumentId}");

    private static bool TryParsePartition(string text, out BusPartition partition)
    {
        partition = default;
        var parts = text.Split('-', 3);
        var lane = Array.FindIndex(_lanes, known => LaneNames.Of(known) == parts[0]);
        if (lane < 0 || parts.Length != 3 || !parts[1].StartsWith('g')
            || !int.TryParse(parts[1].AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var generation)
            || !int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        partition = new BusPartition(_lanes[lane], generation, number);
        return true;
    }

    private static bool TryParseRecord(string text, out int? record)
    {
        var isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        record = isNumber ? number : null;
        return isNumber || text.Length == 0;
    }
}
