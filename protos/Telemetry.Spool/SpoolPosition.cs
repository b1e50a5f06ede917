using System.Globalization;

namespace Telemetry.Spool;

/// <summary>
/// Place of a byte in a log: ascending for ever, also over restarts and recycled segments. Positions are not contiguous: a
/// frame follows another at its <see cref="SpoolFrame.Next"/> or anywhere after it. Zero is before everything.
/// </summary>
/// <param name="Value">Bytes, not negative.</param>
public readonly record struct SpoolPosition(long Value) : IComparable<SpoolPosition>
{
    /// <inheritdoc/>
    public int CompareTo(SpoolPosition other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Order of two positions.</summary>
    public static bool operator <(SpoolPosition left, SpoolPosition right) => left.Value < right.Value;

    /// <summary>Order of two positions.</summary>
    public static bool operator >(SpoolPosition left, SpoolPosition right) => left.Value > right.Value;

    /// <summary>Order of two positions.</summary>
    public static bool operator <=(SpoolPosition left, SpoolPosition right) => left.Value <= right.Value;

    /// <summary>Order of two positions.</summary>
    public static bool operator >=(SpoolPosition left, SpoolPosition right) => left.Value >= right.Value;
}
