namespace Telemetry.Cli.DeadLetters;

/// <summary>What became of a letter that was tried again.</summary>
/// <param name="Outcome">"stored", "present" (the store had it), "appended" (it is on the bus once more) or "failed".</param>
/// <param name="Detail">One sentence; "" when there is nothing to say.</param>
internal readonly record struct RetryResult(string Outcome, string Detail = "")
{
    /// <summary>The letter has done its work and can go.</summary>
    public bool IsSettled => Outcome != "failed";

    public static RetryResult Failed(string detail) => new("failed", detail);
}
