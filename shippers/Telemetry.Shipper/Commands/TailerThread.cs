using Telemetry.Shipping.Diagnostics;
using Telemetry.Shipper.Files;
using Telemetry.Shipping.Lanes;

namespace Telemetry.Shipper.Commands;

/// <summary>Gives the tailer its turns on a thread of its own.</summary>
internal sealed class TailerThread
{
    private static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(1);

    private readonly FileTailer _tailer;
    private readonly LaneLog _log;
    private readonly Log _diagnostics;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TailerThread(FileTailer tailer, LaneLog log, Log diagnostics, CancellationToken stop)
    {
        _tailer = tailer;
        _log = log;
        _diagnostics = diagnostics;
        new Thread(() => Run(stop)) { IsBackground = true, Name = "tailer" }.Start();
    }

    /// <summary>Completes when the last turn is over.</summary>
    public Task Ended => _ended.Task;

    private void Run(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            Wait(Turn(), stop);
        }

        try
        {
            _tailer.Finish();
        }
        catch (Exception e)
        {
            _diagnostics.Fault("Writing the last state of the files", e);
        }

        _ended.SetResult();
    }

    private TimeSpan Turn()
    {
        try
        {
            return _tailer.Turn();
        }
        catch (Exception e)
        {
            _diagnostics.Fault("Reading of files", e);
            return AfterFault;
        }
    }

    private void Wait(TimeSpan time, CancellationToken stop)
    {
        if (time <= TimeSpan.Zero)
        {
            return;
        }

        if (!_tailer.IsBlocked)
        {
            stop.WaitHandle.WaitOne(time);
            return;
        }

        try
        {
            _log.Acknowledgement.Wait(time, stop);
        }
        catch (OperationCanceledException)
        {
            // Asked to stop.
        }
    }
}
