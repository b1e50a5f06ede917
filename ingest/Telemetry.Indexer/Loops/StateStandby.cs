using Microsoft.Extensions.Logging;
using Telemetry.Bus;
using Telemetry.Indexer.Enrichment;
using Telemetry.Store.Sqlite.State;
using Telemetry.Wire;

namespace Telemetry.Indexer.Loops;

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
    private readonly LifetimeDirectory? _directory;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    /// <param name="partition">Whose state.</param>
    /// <param name="options">Where its file lies.</param>
    /// <param name="rows">The state; disposed here.</param>
    /// <param name="directory">Told what changes; null for a lane that tells nobody.</param>
    /// <param name="log">Log.</param>
    /// <param name="time">Clock.</param>
    public StateStandby(
        BusPartition partition, IndexerOptions options, IStateLogReader rows, LifetimeDirectory? directory, ILogger log, TimeProvider time)
    {
        (_partition, _options, _rows, _directory, _log, _time) = (partition, options, rows, directory, log, time);
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
            _directory?.Forget(changed);
            _directory?.Reached(state.AppliedBusUnixUs);
            await Task.Delay(Every, _time, _stop.Token);
        }
    }
}
