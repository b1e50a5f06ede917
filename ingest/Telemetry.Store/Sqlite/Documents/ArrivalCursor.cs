using System.Globalization;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>
/// How far each lane was followed: <c>PARTITION-NUMBER</c> of the first document not seen, lanes separated by dots.
/// </summary>
internal static class ArrivalCursor
{
    public static string Format(IEnumerable<(long Partition, long Number)> lanes) => string.Join(
        '.', lanes.Select(lane => string.Create(CultureInfo.InvariantCulture, $"{lane.Partition}-{lane.Number}")));

    /// <summary>Does not throw; false for what <see cref="Format"/> did not write for as many lanes.</summary>
    public static bool TryParse(string text, int lanes, out (long Partition, long Number)[] cursor)
    {
        cursor = new (long, long)[lanes];
        var parts = text.Split('.');
        for (var i = 0; i < parts.Length && parts.Length == lanes; i++)
        {
            var numbers = parts[i].Split('-');
            if (numbers.Length != 2
                || !long.TryParse(numbers[0], NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
                || !long.TryParse(numbers[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            cursor[i] = (partition, number);
        }

        return parts.Length == lanes;
    }
}
