namespace Telemetry.Spool;

/// <summary>A thread that waits for signals: it goes on when the thread pool is exhausted.</summary>
internal sealed class ThreadWorker : ISpoolWorker
{
    private const int StackBytes = 256 << 10;

    private readonly AutoResetEvent _signal = new(false);
    private readonly Action _work;
    private readonly Action<Exception> _fault;
    private readonly Thread _thread;
    private volatile bool _stopped;

    public ThreadWorker(string name, Action work, Action<Exception> fault)
    {
        _work = work;
        _fault = fault;
        _thread = new Thread(Run, StackBytes) { IsBackground = true, Name = name };
        _thread.Start();
    }

    public void Signal() => _signal.Set();

    public void Dispose()
    {
        _stopped = true;
        _signal.Set();
        _thread.Join();
        _signal.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            _signal.WaitOne();
            if (_stopped)
            {
                return;
            }

            try
            {
                _work();
            }
            catch (Exception e)
            {
                _fault(e);
            }
        }
    }
}
