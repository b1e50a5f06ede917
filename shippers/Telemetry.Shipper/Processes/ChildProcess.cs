using System.Runtime.InteropServices;
using Telemetry.Shipper.Native;
using Telemetry.Shipping.Crashes;
using Telemetry.Shipping.Native;

namespace Telemetry.Shipper.Processes;

/// <summary>
/// A command with its output in pipes. Started by posix_spawn and waited for by waitpid, because only the wait status tells a
/// signal from an exit code and knows of the core.
/// </summary>
internal sealed class ChildProcess
{
    // Sizes of posix_spawn_file_actions_t, posix_spawnattr_t and sigset_t differ between C libraries; each has room to spare.
    private const int OpaqueBytes = 1024;
    private const int CloseOnExec = 0x80000;
    private const short SetSignalDefaults = 0x04;
    private const short SetSignalMask = 0x08;

    private ChildProcess(int pid, int output, int error, int crashes)
    {
        Pid = pid;
        Output = output;
        Error = error;
        Crashes = crashes;
    }

    public int Pid { get; }

    /// <summary>Descriptor to read its standard output from.</summary>
    public int Output { get; }

    /// <summary>Descriptor to read its standard error from.</summary>
    public int Error { get; }

    /// <summary>Descriptor of the <see cref="CrashPipe"/>.</summary>
    public int Crashes { get; }

    /// <summary>
    /// Starts the command, found on the PATH, with this process's environment, folder and standard input. Null when it cannot
    /// be started; <paramref name="error"/> is the errno then. Arguments are bytes and need not be UTF-8.
    /// </summary>
    public static unsafe ChildProcess? TryStart(IReadOnlyList<ReadOnlyMemory<byte>> command, out int error)
    {
        const int pipes = 3;
        var ends = stackalloc int[2 * pipes];
        for (var i = 0; i < pipes; i++)
        {
            if (LibC.Pipe2(ends + (2 * i), CloseOnExec) != 0)
            {
                error = Marshal.GetLastPInvokeError();
                Close(ends, 2 * i, 1);
                return null;
            }
        }

        error = Spawn(command, ends[1], ends[3], ends[5], out var pid);
        Close(ends + 1, 2 * pipes, 2);

        if (error == 0)
        {
            return new ChildProcess(pid, ends[0], ends[2], ends[4]);
        }

        Close(ends, 2 * pipes, 2);
        return null;
    }

    /// <summary>Blocks until it has ended. As process 1 of a container it also takes in orphans that end meanwhile.</summary>
    public unsafe ExitStatus Wait()
    {
        var any = Environment.ProcessId == 1;
        while (true)
        {
            int status;
            var ended = LibC.WaitPid(any ? -1 : Pid, &status, 0);
            if (ended == Pid)
            {
                return ExitStatus.FromWait(status);
            }

            if (ended < 0 && Marshal.GetLastPInvokeError() != LibC.EINTR)
            {
                // Nobody else waits for it, so that this cannot be; 127 is what a shell says of a lost child.
                return new ExitStatus(127, 0, false);
            }
        }
    }

    private static unsafe void Close(int* descriptors, int count, int step)
    {
        for (var i = 0; i < count; i += step)
        {
            LibC.Close(descriptors[i]);
        }
    }

    private static unsafe int Spawn(IReadOnlyList<ReadOnlyMemory<byte>> command, int output, int errors, int crashes, out int pid)
    {
        var actions = stackalloc byte[OpaqueBytes];
        var attributes = stackalloc byte[OpaqueBytes];
        var signals = stackalloc byte[OpaqueBytes];
        LibC.SpawnActionsInit(actions);
        LibC.SpawnAttributesInit(attributes);
        LibC.SpawnActionsAddDup2(actions, output, 1);
        LibC.SpawnActionsAddDup2(actions, errors, 2);

        // A descriptor that is put in its own place loses its close-on-exec mark.
        LibC.SpawnActionsAddDup2(actions, crashes, crashes);

        // The runtime ignores SIGPIPE and blocks signals in its threads; a child must not inherit either.
        LibC.FillSignalSet(signals);
        LibC.SpawnAttributesSetDefaultSignals(attributes, signals);
        LibC.EmptySignalSet(signals);
        LibC.SpawnAttributesSetMask(attributes, signals);
        LibC.SpawnAttributesSetFlags(attributes, SetSignalDefaults | SetSignalMask);
        using var arguments = new NativeStrings(command);
        int child;
        using var environment = new NativeStrings(OwnProcess.EnvironmentWith(CrashPipe.Variable, CrashPipe.Describe(crashes)));
        var error = LibC.SpawnP(&child, arguments.List[0], actions, attributes, arguments.List, environment.List);
        pid = child;
        LibC.SpawnActionsDestroy(actions);
        LibC.SpawnAttributesDestroy(attributes);
        return error;
    }
}
