using Telemetry.Autopsy;

namespace Telemetry.Console.Html;

/// <summary>How the states of a lifetime are named and coloured.</summary>
internal static class LifetimeStates
{
    public static IReadOnlyList<LifetimeState> All { get; } =
    [
        LifetimeState.Alive, LifetimeState.Sealed, LifetimeState.Replaced, LifetimeState.Silent, LifetimeState.AgentStopped,
    ];

    public static string Css(LifetimeState state) => state switch
    {
        LifetimeState.Alive => "alive",
        LifetimeState.Sealed => "sealed",
        LifetimeState.Replaced => "replaced",
        LifetimeState.Silent => "silent",
        _ => "stopped",
    };

    public static string Name(LifetimeState state) => state switch
    {
        LifetimeState.Alive => "alive",
        LifetimeState.Sealed => "sealed",
        LifetimeState.Replaced => "replaced",
        LifetimeState.Silent => "silent",
        _ => "agent stopped",
    };

    /// <summary>One sentence.</summary>
    public static string Meaning(LifetimeState state) => state switch
    {
        LifetimeState.Alive => "Heard of lately.",
        LifetimeState.Sealed => "Ended in an orderly way.",
        LifetimeState.Replaced => "The same instance booted again without a seal of this boot.",
        LifetimeState.Silent => "Not a word for longer than the silence bound: taken as dead.",
        _ => "The shipper said that it stops; the server may run on.",
    };

    /// <summary>Until when the lifetime is known to have lasted.</summary>
    public static long End(Lifetime lifetime, long nowUnixUs) => lifetime.State == LifetimeState.Alive
        ? Math.Max(nowUnixUs, lifetime.StartUnixUs)
        : Math.Max(lifetime.EndUnixUs ?? lifetime.LastProofOfLifeUnixUs, lifetime.StartUnixUs);

    public static void Badge(HtmlWriter html, LifetimeState state) => html.Element(
        "span", Name(state), ("class", "state st-" + Css(state)), ("title", Meaning(state)));

    /// <summary>What people call the server: host name, else instance.</summary>
    public static string Instance(string instanceId, string hostName) =>
        (hostName.Length, instanceId.Length) switch
        {
            (0, 0) => "unknown instance",
            (0, _) => instanceId,
            (_, 0) => hostName,

            // Clones and containers may share a host name.
            _ => hostName == instanceId ? hostName : $"{hostName} · {Short(instanceId)}",
        };

    private static string Short(string instanceId) => instanceId.Length <= 12 ? instanceId : instanceId[..8] + "…";
}
