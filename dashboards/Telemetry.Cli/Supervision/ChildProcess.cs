using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Telemetry.Cli.Supervision;

/// <summary>
/// A started child. Its standard input is a pipe that closes when this process ends in whatever way; the child takes the end
/// of its input as the word to stop. The parent-death signal of the kernel would not do: it follows the thread that forked.
/// </summary>
internal sealed class ChildProcess : IDisposable
{
    public const int SigKill = 9;
    private const int SigTerm = 15;

    private const string SessionLeader = "/usr/bin/setsid";

    private readonly Process _process;
    private readonly TimeProvider _time;
    private readonly StreamWriter? _output;

    private ChildProcess(Process process, StreamWriter? output, TimeProvider time)
    {
        (_process, _output, _time) = (process, output, time);
        if (output is not null)
        {
            process.OutputDataReceived += (_, line) => Keep(line.Data);
            process.ErrorDataReceived += (_, line) => Keep(line.Data);
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
        }
    }

    public int Id => _process.Id;

    /// <summary>Exit code; 128 and the signal's number when a signal ended it. Valid after its exit.</summary>
    public int ExitCode => _process.ExitCode;

    public bool HasExited => _process.HasExited;

    /// <summary>Starts it.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">The program cannot be run.</exception>
    public static ChildProcess Start(ChildSpec spec, TimeProvider time)
    {
        var redirect = spec.OutputFile is not null;
        // In a session of its own, so that Ctrl-C on the terminal reaches this process alone and children end in order.
        var start = File.Exists(SessionLeader)
            ? new ProcessStartInfo(SessionLeader, [spec.Program, .. spec.Arguments])
            : new ProcessStartInfo(spec.Program, spec.Arguments);
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = redirect;
        start.RedirectStandardError = redirect;
        foreach (var (name, value) in spec.Environment)
        {
            start.Environment[name] = value;
        }

        return new ChildProcess(Process.Start(start)!, redirect ? File.AppendText(spec.OutputFile!) : null, time);
    }

    /// <summary>Sends a signal to a process that need not be a child.</summary>
    public static void Signal(int processId, int signal) => _ = Kill(processId, signal);

    public Task WaitAsync(CancellationToken cancel) => _process.WaitForExitAsync(cancel);

    /// <summary>Sends a signal; a child that has ended already is left alone.</summary>
    public void Signal(int signal)
    {
        if (!_process.HasExited)
        {
            Signal(_process.Id, signal);
        }
    }

    /// <summary>Asks it to end, and ends it when it has not within <paramref name="drain"/>. False when it had to be killed.</summary>
    public async Task<bool> StopAsync(TimeSpan drain)
    {
        Signal(SigTerm);
        using var budget = new CancellationTokenSource(drain, _time);
        try
        {
            await _process.WaitForExitAsync(budget.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
            return false;
        }
    }

    public void Dispose()
    {
        _process.Dispose();
        _output?.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            lock (_output!)
            {
                _output.WriteLine(line);
                _output.Flush();
            }
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int pid, int signal);
}
