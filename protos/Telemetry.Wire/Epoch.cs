namespace Telemetry.Wire;

/// <summary>
/// 64 random bits, minted whenever a stream's numbering state is absent, unverifiable or held by another process.
/// Zero means none.
/// </summary>
public readonly record struct Epoch(ulong Value) : IComparable<Epoch>
{
    /// <summary>No epoch.</summary>
    public static readonly Epoch None;

    /// <summary>Mints a new one; never <see cref="None"/>.</summary>
    public static Epoch Mint(Random random) => new((ulong)random.NextInt64(1, long.MaxValue) << 1 | (uint)random.Next(2));

    /// <inheritdoc/>
    public int CompareTo(Epoch other) => Value.CompareTo(other.Value);

    /// <summary>16 lower-case hex digits.</summary>
    public override string ToString() => Value.ToString("x16", null);
}
