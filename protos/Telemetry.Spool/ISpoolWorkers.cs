namespace Telemetry.Spool;

/// <summary>Where the background work of a log runs. What the work throws goes to its fault handler, and the worker goes on.</summary>
internal interface ISpoolWorkers
{
    /// <summary>Work that others wait for: a thread of its own.</summary>
    ISpoolWorker StartUrgent(string name, Action work, Action<Exception> fault);

    /// <summary>Work that nobody waits for.</summary>
    ISpoolWorker StartRelaxed(string name, Action work, Action<Exception> fault);
}

/// <summary>Runs one piece of work soon after each signal, never twice at once; signals in between become one.</summary>
internal interface ISpoolWorker : IDisposable
{
    /// <summary>Asks for one more run. Does not block or throw.</summary>
    void Signal();
}
