using Telemetry.Autopsy;

namespace Telemetry.Store;

/// <summary>Crashes by time, then by id, so that lists are the same wherever they come from. "Greater" is newer.</summary>
internal sealed class CrashOrder : IComparer<LifetimeCrash>
{
    public static readonly CrashOrder Instance = new();

    public int Compare(LifetimeCrash? x, LifetimeCrash? y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        var order = x.AtUnixUs.CompareTo(y.AtUnixUs);
        order = order != 0 ? order : string.CompareOrdinal(x.Id, y.Id);
        order = order != 0 ? order : x.Lifetime.CompareTo(y.Lifetime);
        return order != 0 ? order : string.CompareOrdinal(x.DocumentId, y.DocumentId);
    }
}
