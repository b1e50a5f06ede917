using System.Runtime.InteropServices;
using Serilog;
using Serilog.Events;

namespace LastWords;

/// <summary>An application that logs, and ends as it is told: <c>last-words HOW ENDPOINT [BUFFER [plain|patient [SECOND-ENDPOINT]]]</c>.</summary>
internal static partial class Program
{
    private static readonly Dictionary<string, Action> _ends = new()
    {
        ["throw"] = () => throw new InvalidOperationException("order 4711 could not be placed", new TimeoutException("no answer from the stock")),
        ["async"] = () => ThrowLaterAsync().GetAwaiter().GetResult(),
        ["thread"] = () => EndThread(() => throw new ArgumentException("thrown on a thread")),
        ["aggregate"] = () => throw new AggregateException(new ArgumentException("one"), new IOException("two")),
        ["finalizer"] = () => Collect(() => new Doomed()),
        ["callback"] = () => Sort(),
        ["memory"] = () => throw new OutOfMemoryException("thrown, not had"),
        ["hostile"] = () => throw new Hostile(),
        ["failfast"] = () => Environment.FailFast("order 4711 broke an invariant"),
        ["overflow"] = () => Overflow(1),
        ["native"] = () => Abort(),
        ["exit"] = () => Environment.Exit(0),
        ["return"] = () => { },
        ["task"] = () => Forget(),
        ["wait"] = Wait,
        ["stay"] = Wait,
    };

    private static void Main(string[] args)
    {
        var (buffer, how, second) = (args.ElementAtOrDefault(2), args.ElementAtOrDefault(3), args.ElementAtOrDefault(4));
        var logger = new LoggerConfiguration().WriteTo.Grpc(
            endpoint: args[1], serviceName: "shop", bufferPath: buffer is "" ? null : buffer, captureCrashes: how != "plain",
            shutdownTimeout: how == "patient" ? TimeSpan.FromMinutes(10) : null,
            fatalTimeout: args[0] is "failfast" or "overflow" or "native" ? TimeSpan.FromMinutes(1) : null);
        Log.Logger = (second is null ? logger : logger.WriteTo.Grpc(endpoint: second, serviceName: "second")).CreateLogger();
        Log.Write(args[0] is "throw" or "return" or "exit" or "wait" ? LogEventLevel.Information : LogEventLevel.Fatal, "about to {End}", args[0]);
        Console.WriteLine("logged");
        _ends[args[0]]();
    }

    private static async Task ThrowLaterAsync()
    {
        await Task.Yield();
        throw new InvalidOperationException("thrown later");
    }

    private static void EndThread(ThreadStart run)
    {
        new Thread(run).Start();
        Wait();
    }

    private static void Collect(Func<object> make)
    {
        Make(make);
        while (true)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    private static void Make(Func<object> make) => make().ToString();

    private static void Forget()
    {
        var seen = new ManualResetEventSlim();
        TaskScheduler.UnobservedTaskException += (_, _) => seen.Set();
        Make(() => Task.Run(() => throw new InvalidOperationException("seen by nobody")));
        while (!seen.Wait(10))
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    private static int Overflow(int depth) => depth == 0 ? 0 : Overflow(depth + 1) + Overflow(depth + 2);

    private static void Wait() => new ManualResetEventSlim().Wait();

    private static unsafe void Sort()
    {
        var values = stackalloc int[2];
        SortNative(values, 2, sizeof(int), &Compare);
    }

    [UnmanagedCallersOnly]
    private static int Compare(nint a, nint b) => throw new InvalidOperationException("thrown in a callback");

    [LibraryImport("libc", EntryPoint = "qsort")]
    private static unsafe partial void SortNative(int* values, nint count, nint size, delegate* unmanaged<nint, nint, int> compare);

    [LibraryImport("libc", EntryPoint = "abort")]
    private static partial void Abort();

    private sealed class Doomed
    {
        ~Doomed() => throw new InvalidOperationException("thrown by a finalizer");
    }

    private sealed class Hostile : Exception
    {
        public override string Message => throw new NotSupportedException();

        public override string? StackTrace => throw new NotSupportedException();

        public override string ToString() => "hostile";
    }
}
