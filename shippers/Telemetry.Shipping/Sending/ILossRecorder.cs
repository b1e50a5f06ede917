using Telemetry.Protos.V1;
using Telemetry.Wire;

namespace Telemetry.Shipping.Sending;

/// <summary>Takes down what is missing. Any thread.</summary>
internal interface ILossRecorder
{
    /// <summary>Writes a loss of a lifetime into the critical lane and counts it.</summary>
    void Record(LifetimeId lifetime, Loss loss);
}
