namespace Serilog.Sinks.Grpc.Sending;

/// <summary>
/// Marks what the sink does by itself, and all that follows from it: none of the application's activities flow there, and what is logged there,
/// by whoever listens to HTTP or to SelfLog, is not taken, because it would only make more to ship.
/// </summary>
internal static class OwnWork
{
    private static readonly AsyncLocal<bool> _isHere = new();
    private static readonly ExecutionContext _empty = Empty();

    /// <summary>True in what <see cref="Run"/> began.</summary>
    public static bool IsHere => _isHere.Value;

    /// <summary>Runs it with nothing of the caller's context, and leaves the caller nothing of its own.</summary>
    public static void Run(Action work) => ExecutionContext.Run(_empty, Marked, work);

    /// <summary>Runs the application's code from there; what that logs is taken.</summary>
    public static void Leave(Action work) => ExecutionContext.Run(_empty, static work => ((Action)work!)(), work);

    private static void Marked(object? work)
    {
        _isHere.Value = true;
        ((Action)work!)();
    }

    private static ExecutionContext Empty()
    {
        ExecutionContext? empty = null;
        var thread = new Thread(() => empty = ExecutionContext.Capture());
        thread.UnsafeStart();
        thread.Join();
        return empty!;
    }
}
