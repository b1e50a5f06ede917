using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Telemetry.Tests.Support;

/// <summary>A process that a test or benchmark started, ended with it, and what the kernel says of it and its children.</summary>
public sealed partial class RunningProcess : IAsyncDisposable
{
    private const int SigTerm = 15;
    private const int SigKill = 9;
    private const int SigCont = 18;
    private const int SigStop = 19;
    private readonly Process _process;
    private readonly StreamWriter _log;
    private bool _isPaused, _disposed;

    private RunningProcess(Process process, StreamWriter log) => (_process, _log) = (process, log);

    /// <summary>Process id.</summary>
    public int Id => _process.Id;

    /// <summary>True once it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Starts a program; what it prints is appended to the log file.</summary>
    public static RunningProcess Start(string logFile, string file, params string[] args)
    {
        var info = new ProcessStartInfo(file, args) { RedirectStandardOutput = true, RedirectStandardError = true };
        var log = new StreamWriter(logFile, append: true) { AutoFlush = true };
        var process = new Process { StartInfo = info };
        process.OutputDataReceived += (_, e) => Append(log, e.Data);
        process.ErrorDataReceived += (_, e) => Append(log, e.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new RunningProcess(process, log);
    }

    /// <summary>Sends SIGTERM, and SIGKILL after 20 s.</summary>
    public async Task StopAsync()
    {
        if (_process.HasExited)
        {
            return;
        }

        if (_isPaused)
        {
            Continue();
        }

        Kill(Id, SigTerm);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            foreach (var id in Tree())
            {
                Kill(id, SigKill);
            }
        }
    }

    /// <summary>Sends SIGKILL to this process alone and waits for its end.</summary>
    public async Task KillAsync()
    {
        Kill(Id, SigKill);
        await _process.WaitForExitAsync();
    }

    /// <summary>It is told to stand still, and its connections stay open; a thread may answer until it runs next.</summary>
    public void Pause()
    {
        _isPaused = true;
        Kill(Id, SigStop);
    }

    /// <summary>It stands still, each of its threads, when the task is complete.</summary>
    public async Task PauseAsync()
    {
        Pause();
        await Eventually.Holds(() => Directory.EnumerateDirectories($"/proc/{Id}/task").All(IsStopped), "the process stands still");
    }

    /// <summary>It goes on.</summary>
    public void Continue()
    {
        _isPaused = false;
        Kill(Id, SigCont);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await StopAsync();
        _process.Dispose();
        lock (_log)
        {
            _log.Dispose();
        }
    }

    /// <summary>User and system time of this process alone, seconds.</summary>
    public double CpuSeconds()
    {
        var stat = File.ReadAllText($"/proc/{Id}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / 100;
    }

    /// <summary>Bytes this process has written to disk.</summary>
    public long WrittenBytes() => long.Parse(
        TryRead($"/proc/{Id}/io").Split('\n').First(l => l.StartsWith("write_bytes", StringComparison.Ordinal))[12..],
        CultureInfo.InvariantCulture);

    /// <summary>Largest resident size this process had, bytes.</summary>
    public long PeakRssBytes() => StatusBytes(Id, "VmHWM:");

    /// <summary>Resident size of this process and its descendants now, bytes.</summary>
    public long TreeRssBytes() => Tree().Sum(id => StatusBytes(id, "VmRSS:"));

    /// <summary>The first descendant whose command has the name.</summary>
    public int? Descendant(string name) => Tree().Skip(1).Cast<int?>().FirstOrDefault(
        id => TryRead($"/proc/{id}/cmdline").Split('\0')[0].EndsWith(name, StringComparison.Ordinal));

    private static bool IsStopped(string task)
    {
        // One that has ended has nothing to read.
        var stat = TryRead(Path.Combine(task, "stat"));
        return stat.Length == 0 || stat[stat.LastIndexOf(')') + 2] is 'T' or 'Z';
    }

    private List<int> Tree()
    {
        var ids = new List<int> { Id };
        for (var i = 0; i < ids.Count; i++)
        {
            foreach (var task in Directory.Exists($"/proc/{ids[i]}/task") ? Directory.GetDirectories($"/proc/{ids[i]}/task") : [])
            {
                ids.AddRange(TryRead(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries)
                    .Select(c => int.Parse(c, CultureInfo.InvariantCulture)));
            }
        }

        return ids;
    }

    private static long StatusBytes(int id, string field)
    {
        var line = TryRead($"/proc/{id}/status").Split('\n').FirstOrDefault(l => l.StartsWith(field, StringComparison.Ordinal));
        return line is null ? 0 : 1024 * long.Parse(line[field.Length..^2].Trim(), CultureInfo.InvariantCulture);
    }

    private static string TryRead(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static void Append(StreamWriter log, string? line)
    {
        lock (log)
        {
            if (line is not null && log.BaseStream.CanWrite)
            {
                log.WriteLine(line);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
