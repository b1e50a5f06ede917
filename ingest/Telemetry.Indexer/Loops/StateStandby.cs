using Microsoft.Extensions.Logging;
using Telemetry.Bus;
using Telemetry.Store.Sqlite.State;
using Telemetry.Wire;

namespace Telemetry.Indexer.Loops;

/// <summary>What another process committed: lifetimes of which something changed, and the bus time that it has come to.</summary>
internal readonly record struct StateChange(IReadOnlyCollection<LifetimeId> Lifetimes, long AppliedBusUnixUs);

/// <summary>
/// Follows the state of a partition that another process owns into a file of this one. When the partition comes here, most of
/// its state is here already. One loop, one owner.
/// </summary>
internal sealed class StateStandby : IAsyncDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(250);

    private readonly BusPartition _partition;
    private readonly IndexerOptions _options;
    private readonly IStateLogReader _rows;
    private readonly Action<StateChange> _changed;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    /// <param name="partition">Whose state.</param>
    /// <param name="options">Where its file lies.</param>
    /// <param name="rows">The state; disposed here.</param>
    /// <param name="changed">Told what changes.</param>
    /// <param name="log">Log.</param>
    /// <param name="time">Clock.</param>
    public StateStandby(
        BusPartition partition, IndexerOptions options, IStateLogReader rows, Action<StateChange> changed, ILogger log, TimeProvider time)
    {
        (_partition, _options, _rows, _changed, _log, _time) = (partition, options, rows, changed, log, time);
        _running = Task.Run(RunAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await _rows.DisposeAsync();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var state = SqliteLaneState.Open(_options.StatePath(_partition, onBus: true), _partition.Lane, _time);
                await FollowAsync(state);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The one handler of this loop.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _log.StandbyFailed(e, _partition.ToString());
                await Task.WhenAny(Task.Delay(_options.MaxBackoff, _time, _stop.Token));
            }
        }
    }

    private async Task FollowAsync(SqliteLaneState state)
    {
        while (true)
        {
            var changed = await state.RestoreAsync(_rows, _options.TrustStateFileFor, _stop.Token);
            _changed(new StateChange(changed, state.AppliedBusUnixUs));
            await Task.Delay(Every, _time, _stop.Token);
        }
    }
}
