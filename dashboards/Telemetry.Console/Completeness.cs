using Telemetry.Autopsy;

namespace Telemetry.Console;

/// <summary>What became of the records of a lifetime or a stream. Lost are declared; missing are on the way, or gone.</summary>
internal readonly record struct Completeness(ulong Produced, ulong Stored, ulong Lost, ulong Missing)
{
    /// <summary>True when every record that is known of is stored.</summary>
    public bool IsComplete => Lost == 0 && Missing == 0;

    public static Completeness Of(LifetimeStream stream) =>
        new(stream.Produced, stream.Stored, stream.Lost, stream.Missing);

    public static Completeness Of(Lifetime lifetime)
    {
        var sum = default(Completeness);
        foreach (var stream in lifetime.Streams)
        {
            sum = new Completeness(
                sum.Produced + stream.Produced, sum.Stored + stream.Stored, sum.Lost + stream.Lost,
                sum.Missing + stream.Missing);
        }

        return sum;
    }
}
