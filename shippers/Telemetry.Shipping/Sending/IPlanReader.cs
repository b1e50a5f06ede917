using Telemetry.Shipping.Lanes;

namespace Telemetry.Shipping.Sending;

/// <summary>Makes a batch again from its plan.</summary>
internal interface IPlanReader
{
    /// <summary>
    /// Appends the batch to <paramref name="output"/>. False when the source no longer holds what was planned;
    /// <paramref name="problem"/> is one sentence then. Called by the sender of the bulk lane only.
    /// </summary>
    bool TryRead(Plan plan, BatchMessage output, out string problem);

    /// <summary>The source of these runs has changed: what follows in their streams gets a new epoch.</summary>
    void Abandon(Plan plan);
}
