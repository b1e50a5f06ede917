namespace Telemetry.Spool;

/// <summary>Runs on the thread pool.</summary>
internal sealed class PoolWorker(Action work, Action<Exception> fault) : ISpoolWorker, IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private readonly ManualResetEventSlim _idle = new(true);
    private bool _running, _again, _stopped;

    public void Signal()
    {
        lock (_gate)
        {
            if (_stopped || _running)
            {
                _again = !_stopped;
                return;
            }

            _running = true;
            _idle.Reset();
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    public void Execute()
    {
        do
        {
            try
            {
                work();
            }
            catch (Exception e)
            {
                fault(e);
            }
        }
        while (GoOn());
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
            _again = false;
        }

        _idle.Wait();
        _idle.Dispose();
    }

    private bool GoOn()
    {
        lock (_gate)
        {
            if (_again)
            {
                _again = false;
                return true;
            }

            _running = false;
            _idle.Set();
            return false;
        }
    }
}
