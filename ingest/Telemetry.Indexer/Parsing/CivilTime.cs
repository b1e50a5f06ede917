namespace Telemetry.Indexer.Parsing;

/// <summary>Date and time as written, without zone.</summary>
/// <param name="Year">0 when it was not written.</param>
/// <param name="Month">0 when no date was written.</param>
/// <param name="Day">0 when no date was written.</param>
/// <param name="TimeOfDayUs">Microseconds since midnight.</param>
internal readonly record struct CivilTime(int Year, int Month, int Day, long TimeOfDayUs)
{
    private const long DayUs = 86_400_000_000;

    /// <summary>True for a date of the calendar; a missing year counts as a leap year.</summary>
    public bool IsValid => Month is >= 1 and <= 12 && Day >= 1 && Year is >= 0 and <= 9999
        && Day <= DateTime.DaysInMonth(Year == 0 ? 2000 : Year, Month) && TimeOfDayUs is >= 0 and < DayUs + 1_000_000;

    /// <summary>Microseconds since the Unix epoch, as if the zone were UTC.</summary>
    public long ToUs() => (DaysSinceEpoch(Year, Month, Day) * DayUs) + TimeOfDayUs;

    /// <summary>The latest of years around a time that does not lie more than a day after it.</summary>
    public CivilTime WithYearNear(long localUs)
    {
        var year = DateTime.UnixEpoch.AddTicks(Math.Clamp(localUs, 0, 250_000_000_000_000_000) * 10).Year;
        var (best, distance) = (this with { Year = year - 1 }, long.MaxValue);
        for (var y = year - 1; y <= year + 1; y++)
        {
            var candidate = this with { Year = y };
            var us = candidate.IsValid ? candidate.ToUs() : long.MaxValue;
            if (us <= localUs + DayUs && Math.Abs(us - localUs) < distance)
            {
                (best, distance) = (candidate, Math.Abs(us - localUs));
            }
        }

        return best;
    }

    /// <summary>The day that puts a mere time of day nearest to a time.</summary>
    public static long TimeOfDayNear(long timeOfDayUs, long localUs)
    {
        var midnight = localUs - (localUs % DayUs);
        var us = midnight + timeOfDayUs;
        return us > localUs + (DayUs / 2) ? us - DayUs : us < localUs - (DayUs / 2) ? us + DayUs : us;
    }

    // Days from civil, Howard Hinnant, chrono-compatible low-level date algorithms.
    private static long DaysSinceEpoch(int year, int month, int day)
    {
        long y = month <= 2 ? year - 1 : year;
        var era = (y >= 0 ? y : y - 399) / 400;
        var yearOfEra = y - (era * 400);
        var dayOfYear = (((153 * (month + (month > 2 ? -3 : 9))) + 2) / 5) + day - 1;
        var dayOfEra = (yearOfEra * 365) + (yearOfEra / 4) - (yearOfEra / 100) + dayOfYear;
        return (era * 146_097) + dayOfEra - 719_468;
    }
}
