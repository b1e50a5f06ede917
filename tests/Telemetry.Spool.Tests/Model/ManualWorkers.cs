namespace Telemetry.Spool.Tests.Model;

/// <summary>Background work that runs when the test says so, so that a seed gives the same run.</summary>
internal sealed class ManualWorkers : ISpoolWorkers
{
    private readonly List<ManualWorker> _workers = [];

    public ManualWorker Flusher => _workers[0];

    public ManualWorker Keeper => _workers[1];

    public ISpoolWorker StartUrgent(string name, Action work, Action<Exception> fault) => Add(work);

    public ISpoolWorker StartRelaxed(string name, Action work, Action<Exception> fault) => Add(work);

    /// <summary>Forgets the workers of a log before.</summary>
    public void Clear() => _workers.Clear();

    /// <summary>Runs what was signalled until nothing is.</summary>
    public void RunAll()
    {
        while (_workers.Exists(w => w.TryRun()))
        {
        }
    }

    private ManualWorker Add(Action work)
    {
        var worker = new ManualWorker(work);
        _workers.Add(worker);
        return worker;
    }
}

internal sealed class ManualWorker(Action work) : ISpoolWorker
{
    private bool _signalled, _disposed;

    public void Signal() => _signalled = true;

    public bool TryRun()
    {
        if (!_signalled || _disposed)
        {
            return false;
        }

        _signalled = false;
        work();
        return true;
    }

    public void Dispose() => _disposed = true;
}
