using Telemetry.Autopsy;

namespace Telemetry.Console;

/// <summary>What became of the records of a lifetime or a stream. Lost are declared; missing are on the way, or gone.</summary>
/// <param name="Produced">Records known to have been minted.</param>
/// <param name="Stored">Of these, stored.</param>
/// <param name="Lost">Of these, declared lost.</param>
/// <param name="Missing">Of these, neither.</param>
/// <param name="IsFinal">True when it is known that there are no others: the lifetime is sealed.</param>
/// <param name="HasLosses">True when a loss is declared, one without a count included.</param>
internal readonly record struct Completeness(
    ulong Produced, ulong Stored, ulong Lost, ulong Missing, bool IsFinal, bool HasLosses)
{
    /// <summary>True when every record that is known of is stored.</summary>
    public bool IsWhole => Lost == 0 && Missing == 0 && !HasLosses;

    /// <summary>True when everything is stored that was ever written.</summary>
    public bool IsComplete => IsFinal && IsWhole;

    public static Completeness Of(LifetimeStream stream, Lifetime lifetime) => new(
        stream.Produced, stream.Stored, stream.Lost, stream.Missing, lifetime.Sealed,
        lifetime.Losses.Any(loss => loss.Stream == stream.Id && loss.Epoch == stream.Epoch));

    public static Completeness Of(Lifetime lifetime)
    {
        var sum = default(Completeness) with { IsFinal = lifetime.Sealed, HasLosses = lifetime.Losses.Count > 0 };
        foreach (var stream in lifetime.Streams)
        {
            sum = sum with
            {
                Produced = sum.Produced + stream.Produced,
                Stored = sum.Stored + stream.Stored,
                Lost = sum.Lost + stream.Lost,
                Missing = sum.Missing + stream.Missing,
            };
        }

        return sum;
    }
}
