using Telemetry.Wire;

namespace Telemetry.Gateway;

/// <summary>
/// A <see cref="RepeatLimit"/> for each instance and lane. Starts over when it knows some thousands. Safe for concurrent use.
/// </summary>
internal sealed class CallerLimits(TimeProvider time)
{
    private const int MaxKnown = 4096;

    private readonly Lock _gate = new();
    private readonly Dictionary<(string InstanceId, Lane Lane), RepeatLimit> _limits = [];

    /// <inheritdoc cref="RepeatLimit.TryPass"/>
    public bool TryPass(string instanceId, Lane lane, out long suppressed) => Of((instanceId, lane)).TryPass(out suppressed);

    private RepeatLimit Of((string InstanceId, Lane Lane) caller)
    {
        lock (_gate)
        {
            if (!_limits.TryGetValue(caller, out var limit))
            {
                if (_limits.Count == MaxKnown)
                {
                    _limits.Clear();
                }

                _limits.Add(caller, limit = new RepeatLimit(time));
            }

            return limit;
        }
    }
}
