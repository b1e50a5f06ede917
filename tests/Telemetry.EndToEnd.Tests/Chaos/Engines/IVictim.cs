namespace Telemetry.EndToEnd.Tests.Chaos.Engines;

/// <summary>A process of the path that the campaign ends and starts again, on the same directories and ports.</summary>
internal interface IVictim
{
    string Name { get; }

    /// <summary>SIGKILL, also while it starts. Does nothing to one that does not run.</summary>
    Task KillAsync();

    /// <summary>Starts it unless it runs; does not wait until it is ready.</summary>
    void Restart();

    /// <summary>Completes when it can be used. Fails when it cannot.</summary>
    Task ReadyAsync();
}
