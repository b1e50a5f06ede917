namespace Telemetry.Benchmarks;

/// <summary>One measured figure. <see cref="PeerValue"/> is the peer or physical limit, measured in the same run.</summary>
internal sealed record Figure(
    string Name, double Value, string Unit, double Bound, bool HigherIsBetter, int Samples, string Peer, double? PeerValue)
{
    /// <summary>Unit of a figure that is measured ÷ peer.</summary>
    public const string RatioUnit = "ratio";

    public bool Met => HigherIsBetter ? Value >= Bound : Value <= Bound;

    /// <summary>How much better than the peer: above 1 is better. A figure that is such a ratio already is its own.</summary>
    public double? Ratio => Unit == RatioUnit ? Value : PeerValue is not > 0 || Value <= 0 ? null : HigherIsBetter ? Value / PeerValue : PeerValue / Value;
}
