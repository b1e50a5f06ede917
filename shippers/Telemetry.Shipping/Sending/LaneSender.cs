using Telemetry.Shipping.Diagnostics;
using Telemetry.Shipping.Lanes;

namespace Telemetry.Shipping.Sending;

/// <summary>Keeps one lane connected: call after call, with jittered backoff between them, for as long as the shipper runs.</summary>
internal sealed class LaneSender(LaneLog log, ILaneTransport transport, IPlanReader plans, ILossRecorder losses,
    LevelBoard levels, SenderOptions options, Log diagnostics, TimeProvider time, Random random)
{
    private volatile LaneSession? _session;
    private volatile string _problem = "";
    private long _connections, _failures;

    /// <summary>Calls that a gateway welcomed so far.</summary>
    public long Connections => Interlocked.Read(ref _connections);

    /// <summary>Attempts that found no gateway, and calls that ended.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>What the last of them was, in a sentence.</summary>
    public string Problem => _problem;

    /// <summary>True while connected and all that the log holds has been sent.</summary>
    public bool IsCaughtUp => _session?.IsCaughtUp == true;

    /// <summary>Runs until cancelled. Does not throw.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var saving = SaveAsync(stop);
        try
        {
            for (var failures = 0; ; failures++)
            {
                if (await TryShipAsync(stop))
                {
                    failures = 0;
                }

                await Task.Delay(Backoff(failures), time, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to stop: the log keeps what is left.
        }

        await saving;
    }

    /// <summary>One attempt; true when something was acknowledged.</summary>
    private async Task<bool> TryShipAsync(CancellationToken stop)
    {
        try
        {
            return await ShipAsync(stop);
        }
        catch (Exception e) when (e is not OperationCanceledException || !stop.IsCancellationRequested)
        {
            Fail(e.Message);
            diagnostics.Fault($"The {log.Lane} lane", e);
            return false;
        }
    }

    private async Task<bool> ShipAsync(CancellationToken stop)
    {
        var result = await transport.ConnectAsync(log.Lane, stop);
        if (result.Connection is not { } connection)
        {
            Fail(result.Problem);
            diagnostics.Repeating(LogLevel.Warn, $"connect {log.Lane}",
                $"The {log.Lane} lane has no gateway, nothing is lost and it tries again: {result.Problem}");
            return false;
        }

        Interlocked.Increment(ref _connections);
        await using (connection)
        {
            diagnostics.Debug($"The {log.Lane} lane is connected to {connection.Gateway}.");
            var session = new LaneSession(log, connection, result.Welcome!, plans, losses, levels, options, diagnostics, time);
            _session = session;
            try
            {
                var problem = await session.RunAsync(stop);
                Fail(problem);
                diagnostics.Repeating(LogLevel.Warn, $"ended {log.Lane}",
                    $"The call of the {log.Lane} lane to {connection.Gateway} ended and is made again: {problem}");
            }
            finally
            {
                _session = null;
            }

            return session.Progressed;
        }
    }

    private void Fail(string problem)
    {
        _problem = problem;
        Interlocked.Increment(ref _failures);
    }

    private async Task SaveAsync(CancellationToken stop)
    {
        while (true)
        {
            var stopping = stop.IsCancellationRequested;
            try
            {
                await Task.Delay(options.SaveEvery, time, stop);
            }
            catch (OperationCanceledException)
            {
                stopping = true;
            }

            await SaveOnceAsync();
            if (stopping)
            {
                return;
            }
        }
    }

    private async Task SaveOnceAsync()
    {
        try
        {
            if (!await log.SaveAsync())
            {
                diagnostics.Repeating(LogLevel.Warn, $"save {log.Lane}",
                    $"The position of the {log.Lane} lane cannot be saved; after a restart more is sent again.");
            }
        }
        catch (Exception e)
        {
            diagnostics.Fault($"Saving the position of the {log.Lane} lane", e);
        }
    }

    private TimeSpan Backoff(int failures)
    {
        var longest = Math.Min(options.MaxBackoff.TotalMilliseconds,
            options.MinBackoff.TotalMilliseconds * Math.Pow(2, Math.Min(failures, 16)));
        return TimeSpan.FromMilliseconds(longest * (0.5 + random.NextDouble() / 2));
    }
}
