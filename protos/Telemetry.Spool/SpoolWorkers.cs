namespace Telemetry.Spool;

internal sealed class SpoolWorkers : ISpoolWorkers
{
    public ISpoolWorker StartUrgent(string name, Action work, Action<Exception> fault) => new ThreadWorker(name, work, fault);

    public ISpoolWorker StartRelaxed(string name, Action work, Action<Exception> fault) => new PoolWorker(work, fault);
}
